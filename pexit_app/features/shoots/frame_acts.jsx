// What can be pressed on the frames of a sheet besides the frames themselves: the button of a failed one (data-act), and
// the words that lie over its picture, which open it as the picture would.
export function FrameActs({ onAct, onOpen, children }) {
  const press = (event) => {
    const frame = event.target.closest("[data-frame-id]");
    if (!frame) return;
    const id = frame.dataset.frameId;
    const isAct = event.target.closest("[data-act]") !== null;
    if (isAct) onAct?.(id);
    else if (event.target.closest(".frame__say")) onOpen?.(id);
    const studio = frame.closest(".studio");
    if (!isAct && studio) studio.dataset.view = "both"; // on a narrow screen the opened frame takes the room
  };
  return <div onClick={press}>{children}</div>;
}
