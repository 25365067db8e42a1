import { SmallDraft } from "./bench_draft.jsx";
import { bench, useBench } from "./bench_store.js";
import { countTurned, differing, inWords, knobsOf, posterOf, shortened } from "./bench_values.js";

const MOST_SAID = 120; // characters of a text in a picture's alt text
const numberOf = (index) => `${Math.floor(index / 2) + 1}${index % 2 ? "A" : ""}`;

/** What a picture shows, from its knobs: for those who cannot see it. */
export function altOf(pack, turned, scene) {
  const values = shortened(differing(pack, turned, scene), MOST_SAID);
  const said = knobsOf(pack, scene)
    .filter((knob) => Object.hasOwn(values, knob.id))
    .map((knob) => `${knob.label}: ${inWords(knob, values[knob.id])}`);
  return [`Draft of ${scene.title}`, ...said].join(", ");
}

function SceneFrame({ scene, index, place, size }) {
  const { pack, turned, seed, scene: selected } = useBench();
  const isHere = scene.id === selected;
  return (
    <figure className="frame" data-state="draft" data-ratio={bench.aspectOf(scene)} data-here={isHere ? "yes" : "no"}>
      <div className="frame__view">
        <button
          type="button" className="frame__pic" aria-current={isHere ? "true" : "false"} data-scene={scene.id}
          aria-label={`Scene ${numberOf(index)}, ${scene.title}`} onClick={() => bench.select(scene.id)}
        >
          <SmallDraft
            slot={`${place}.${scene.id}`} spec={{ scene, size }} alt={altOf(pack, turned, scene)}
            poster={posterOf(pack, turned, scene)}
          />
        </button>
      </div>
      <figcaption className="rebate code code--up">
        <b>{numberOf(index)}</b>
        <span>{scene.title}</span>
        {place === "sheet" && <span>{seed ?? scene.seed}</span>}
      </figcaption>
    </figure>
  );
}

/** Every scene of the pack as a frame that is already a draft; choosing one puts it on the bench. */
export function BenchSheet({ label = "Scenes" }) {
  const { pack } = useBench();
  if (!pack) return null;
  return (
    <div className="sheetbox benchsheet">
      <ul className="sheet" role="list" aria-label={label}>
        {pack.scenes.map((scene, index) => (
          <li key={scene.id}><SceneFrame scene={scene} index={index} place="sheet" size={384} /></li>
        ))}
      </ul>
    </div>
  );
}

/** The same scenes as a rail along the bottom, and what is turned there but not rendered. */
export function BenchRail({ tagName: tag = "Scenes" }) {
  const { pack, turned } = useBench();
  if (!pack) return null;
  const count = countTurned(pack, turned);
  return (
    <nav className="history" aria-label={tag}>
      <span className="code code--up history__tag" aria-hidden="true">{tag}</span>
      {pack.scenes.map((scene, index) => (
        <SceneFrame key={scene.id} scene={scene} index={index} place="rail" size={256} />
      ))}
      <span className="history__now code">
        <b>now </b>{count === 0 ? "as the pack opens" : `${count} ${count === 1 ? "knob" : "knobs"} turned`}
      </span>
    </nav>
  );
}
