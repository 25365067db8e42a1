import { useState } from "react";

import { SmallDraft } from "../../packs/bench/bench_draft.jsx";
import { useBench } from "../../packs/bench/bench_store.js";
import { moveItem } from "./workbench_ops.js";
import { Tool } from "./workbench_fields.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

const SMALL_PX = 256;
const MOST_SCENES = 12;
// As a film is numbered: 1, 1A, 2, 2A.
const numberOf = (index) => `${Math.floor(index / 2) + 1}${index % 2 ? "A" : ""}`;

export function moveScene(from, to) {
  const { scenes } = workbench.state.document;
  if (to < 0 || to >= scenes.length || to === from) return;
  workbench.edit(moveItem("/scenes", from, to), "Scene moved");
  workbench.say(`${scenes[from].title} is scene ${to + 1} of ${scenes.length}.`);
}

/** The scenes as frames of a film: pressing one opens it; dragging, or Alt and an arrow, puts it elsewhere. */
export function Reel({ starts }) {
  const { document, scene: selected, problems } = useWorkbench();
  const { pack } = useBench();
  const [dragged, setDragged] = useState(null);
  const keys = (index) => (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!by || !event.altKey) return;
    event.preventDefault();
    moveScene(index, index + by);
  };
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
            <button
              type="button" className="frame" data-state="draft" data-ratio={scene.aspect || document.aspect} aria-current={scene.id === selected}
              onClick={() => workbench.select(scene.id)} onKeyDown={keys(index)} aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
            >
              <span className="frame__view">
                <span className="frame__pic"><Drawn scene={pack?.scenes.find((each) => each.id === scene.id)} /></span>
              </span>
              <span className="rebate code">
                <b>{numberOf(index)}</b>
                <span>{scene.title || "Untitled"}</span>
                {problems.some((each) => each.severity === "error" && each.pointer.startsWith(`/scenes/${index}/`)) && (
                  <span className="workreel__bad">mend</span>
                )}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {document.scenes.length < MOST_SCENES && <AddScene starts={starts} />}
    </nav>
  );
}

/** The scene as the bench has it; a new one is there once it is saved. */
const Drawn = ({ scene }) => (scene ? <SmallDraft slot={`reel.${scene.id}`} spec={{ scene, size: SMALL_PX }} /> : null);

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
