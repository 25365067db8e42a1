import { useEffect, useRef } from "react";

// What can be pressed on the frames of a sheet besides the frames themselves: the button of a failed one (data-act), and
// the words that lie over its picture, which open it as the picture would. A frame that is new (`latest`) comes into sight.
export function FrameActs({ latest = "", onAct, onOpen, children }) {
  const host = useRef(null);
  const known = useRef(latest);
  useEffect(() => {
    if (known.current === latest) return;
    known.current = latest;
    host.current.querySelector(`[data-frame-id="${CSS.escape(latest)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [latest]);
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
  return <div ref={host} onClick={press}>{children}</div>;
}
