import { useEffect, useRef, useState } from "react";

import { change } from "./workbench_ops.js";
import { Tool } from "./workbench_fields.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

const SHEETS = 12;
const ACCEPTED = "image/jpeg,image/png,image/webp";

/** A picture that the scene is set up after: shown while one works, and what a diffusion model starts from where it can. */
export function ReferenceForm({ index }) {
  const { document, problems } = useWorkbench();
  const [said, setSaid] = useState("");
  const [isChoosing, setIsChoosing] = useState(false);
  const file = useRef(null);
  const path = `/scenes/${index}/reference`;
  const { reference: name, title } = document.scenes[index];
  const wrong = problems.find((each) => each.pointer === path);
  const take = async (send) => {
    setSaid("Taking it in.");
    try {
      const kept = await send();
      workbench.edit(change(workbench.state.document, path, kept.name), "Reference chosen");
      setIsChoosing(false);
      setSaid("");
    } catch (error) {
      setSaid(error.message);
    }
  };
  const chosen = (event) => {
    const [picture] = event.target.files;
    event.target.value = "";
    if (picture) take(() => workbench.keepReference(picture));
  };
  const remove = () => workbench.edit([{ op: "remove", path }], "Reference taken out");
  return (
    <fieldset className="workform__set workref">
      <legend className="h3">Reference</legend>
      {name && !wrong && (
        <figure className="frame workref__pic" data-state="done">
          <img src={workbench.referenceHref(name)} alt={`What ${title || "the scene"} is set up after`} />
        </figure>
      )}
      <p className="small quiet">
        Shown here while you set the scene up, and to nobody in the shop. A diffusion model that can start from a picture starts
        from it. Choose one you may use.
      </p>
      <p className="small field__bad" role="alert" data-path={path} tabIndex={-1}>{said || wrong?.message || ""}</p>
      <div className="workacts" role="group" aria-label="The reference">
        <Tool onPress={() => file.current.click()}>{name ? "Another picture" : "Choose a picture"}</Tool>
        <Tool onPress={() => setIsChoosing(!isChoosing)} aria-expanded={isChoosing}>A frame of yours</Tool>
        {name && <Tool onPress={remove}>Go without</Tool>}
      </div>
      <input ref={file} type="file" accept={ACCEPTED} className="vh" tabIndex={-1} aria-label="A picture to refer to" onChange={chosen} />
      {isChoosing && <FramePicker onPick={(frame) => take(() => workbench.keepFrame(frame))} />}
    </fieldset>
  );
}

/** One's sheets, and the frames of the one that is opened. */
function FramePicker({ onPick }) {
  const [sheets, setSheets] = useState(null);
  const [frames, setFrames] = useState(null);
  const [said, setSaid] = useState("");
  const ask = async (path, put) => {
    try {
      put(await workbench.read(path));
    } catch (error) {
      setSaid(error.message);
    }
  };
  useEffect(() => {
    ask(`/api/v1/shoots?limit=${SHEETS}`, (found) => setSheets(found.filter((each) => each.cover_url)));
  }, []);
  const open = (id) => ask(`/api/v1/shoots/${id}`, (shoot) => setFrames(shoot.frames.filter((each) => each.status === "done")));
  const shown = frames ?? sheets;
  return (
    <div className="workpick">
      <p className="small quiet" role="status">
        {said || (frames ? "Choose a frame." : sheets === null ? "Looking for your sheets." : sheets.length ? "Choose a sheet." : "You have no sheet with a frame yet.")}
      </p>
      {frames && <Tool onPress={() => setFrames(null)}>Back to the sheets</Tool>}
      <ul>
        {(shown ?? []).map((each) => (
          <li key={each.id}>
            <button type="button" className="workstart" onClick={() => (frames ? onPick(each.id) : open(each.id))}>
              <img src={each.thumb_url ?? each.cover_url} alt="" />
              <span>{frames ? `Frame ${each.number}` : each.title}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
