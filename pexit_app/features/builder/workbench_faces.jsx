import { useWorkbench, workbench } from "./workbench_store.js";

const DESKTOP = "desktop";
const VIEWS = [[DESKTOP, "Desktop"], ["phone", "Phone"]];

/** Above the live draft: who is in it, and how large the screen is that people see it on. */
export function LiveBar({ standIns, faces, view, onView }) {
  const { document } = useWorkbench();
  const roles = document.cast?.length ? document.cast : [{ id: "you", label: "You" }];
  return (
    <div className="worklive__bar">
      <div className="worklive__casts">
        {roles.map((role, place) => (
          <Faces
            key={role.id} place={place} standIns={standIns} faces={faces}
            label={roles.length > 1 ? `${role.label || "The part"}: whose face` : "Whose face"}
          />
        ))}
        {faces.length === 0 && <a className="small" href="/people">Add photos of yourself to see your own face</a>}
      </div>
      <fieldset className="workviews">
        <legend className="vh">As people see it</legend>
        {VIEWS.map(([name, words]) => (
          <label key={name} className="workface">
            <input type="radio" name="workview" checked={view === name} onChange={() => onView(name)} />
            <span>{words}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}

function Faces({ place, label, standIns, faces }) {
  const { faces: chosen } = useWorkbench();
  const name = `face-${place}`;
  const here = chosen[place] ?? "";
  return (
    <fieldset className="workfaces">
      <legend className="label">{label}</legend>
      <div className="workfaces__row">
        <Face name={name} value="" label="Its own" here={here} place={place} />
        {faces.map((face) => <Face key={face.id} name={name} value={face.id} label={face.label} note={face.note} thumb={face.thumb} here={here} place={place} />)}
        {standIns.map(([value, words]) => <Face key={value} name={name} value={value} label={words} here={here} place={place} />)}
      </div>
    </fieldset>
  );
}

function Face({ name, value, label, note, thumb, here, place }) {
  return (
    <label className="workface" data-thumb={thumb ? "yes" : "no"}>
      <input type="radio" name={name} checked={here === value} onChange={() => workbench.cast(place, value)} />
      {thumb && <img src={thumb} alt="" width="26" height="26" />}
      <span>{label}{note && <span className="vh">, {note}</span>}</span>
    </label>
  );
}
