import { memo, useState } from "react";

import { SmallDraft } from "../../packs/bench/bench_draft.jsx";
import { bench, useBench } from "../../packs/bench/bench_store.js";
import { MOST_SCENES } from "./workbench_limits.js";
import { moveItem } from "./workbench_ops.js";
import { useWorkbench, workbench } from "./workbench_store.js";

const SMALL_PX = 256;
// As a film is numbered: 1, 1A, 2, 2A.
const numberOf = (index) => `${Math.floor(index / 2) + 1}${index % 2 ? "A" : ""}`;

export function moveScene(from, to) {
  const { scenes } = workbench.state.document;
  if (to < 0 || to >= scenes.length || to === from) return;
  const isOnReel = globalThis.document.activeElement?.matches(".workreel .frame");
  workbench.edit(moveItem("/scenes", from, to), "Scene moved");
  if (isOnReel) workbench.show({ goal: `/scenes/${to}` }); // a frame that is put elsewhere loses the focus
  workbench.say(`${scenes[from].title} is scene ${to + 1} of ${scenes.length}.`);
}

/** The scenes as frames of a film: pressing one opens it; dragging, or Alt and an arrow, puts it elsewhere. */
export function Reel({ starts }) {
  const { document, scene: selected, problems } = useWorkbench();
  const { pack } = useBench();
  const [dragged, setDragged] = useState(null);
  const drawn = new Set(pack?.scenes.map((scene) => scene.id));
  const bad = new Set(problems.filter((each) => each.severity === "error").map((each) => Number(/^\/scenes\/(\d+)\//.exec(each.pointer)?.[1] ?? -1)));
  const drop = (index) => (event) => {
    event.preventDefault();
    if (dragged !== null) moveScene(dragged, index);
    setDragged(null);
  };
  return (
    <nav className="workreel" aria-label="Scenes">
      <ol>
        {document.scenes.map((scene, index) => (
          <li
            key={scene.id} draggable onDragStart={() => setDragged(index)} onDragOver={(event) => event.preventDefault()}
            onDrop={drop(index)} onDragEnd={() => setDragged(null)} data-dragged={dragged === index ? "yes" : "no"}
          >
            <ReelFrame
              id={scene.id} index={index} title={scene.title || "Untitled"} ratio={scene.aspect || document.aspect} isHere={scene.id === selected}
              isBad={bad.has(index)} isDrawn={drawn.has(scene.id)}
            />
          </li>
        ))}
      </ol>
      {document.scenes.length < MOST_SCENES && <AddScene starts={starts} />}
    </nav>
  );
}

/** One frame of the film, drawn when it comes into sight. */
const ReelFrame = memo(function ReelFrame({ id, index, title, ratio, isHere, isBad, isDrawn }) {
  const keys = (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!by || !event.altKey) return;
    event.preventDefault();
    moveScene(index, index + by);
  };
  return (
    <button
      type="button" className="frame" data-state="draft" data-ratio={ratio} aria-current={isHere} data-path={`/scenes/${index}`}
      onClick={() => workbench.select(id)} onKeyDown={keys} aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
    >
      <span className="frame__view">
        <span className="frame__pic">
          {isDrawn && <SmallDraft slot={`reel.${id}`} spec={{ scene: bench.state.pack.scenes.find((each) => each.id === id), size: SMALL_PX }} />}
        </span>
      </span>
      <span className="rebate code">
        <b>{numberOf(index)}</b>
        <span>{title}</span>
        {isBad && <span className="workreel__bad">mend</span>}
      </span>
    </button>
  );
});

function AddScene({ starts }) {
  const [isOpen, setIsOpen] = useState(false);
  const add = async (start) => {
    setIsOpen(false);
    await workbench.addScene(start);
  };
  return (
    <div className="workreel__add">
      <button type="button" className="act act--text" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>Add a scene</button>
      {isOpen && (
        <div className="workreel__starts" role="group" aria-label="Start from">
          {starts.map((start) => (
            <button key={start.id} type="button" className="workstart" onClick={() => add(start)}>
              {start.picture && <img src={start.picture} alt="" />}
              <span>{start.title}</span>
              <span className="code">{start.pack}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
