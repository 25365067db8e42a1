import { addSecond, removeSecond } from "./workbench_cast_ops.js";
import { change } from "./workbench_ops.js";
import { SelectField, TextField, Tool } from "./workbench_fields.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

/** Who is in the pictures: the parts are those of the whole pack, who plays them until people bring a face is this scene's. */
export function CastForm({ index, standIns }) {
  const { document } = useWorkbench();
  const cast = document.cast ?? [];
  const names = standIns.map(([name]) => name);
  const isForTwo = cast.length > 1;
  const toggle = () => {
    workbench.edit(isForTwo ? removeSecond(document) : addSecond(document, names), isForTwo ? "Second person taken out" : "Second person added");
    workbench.say(isForTwo ? "The pack is for one person. Undo brings the second back." : "The pack is for two people. {other} stands in the words of every scene.");
  };
  return (
    <fieldset className="workform__set" data-path={`/scenes/${index}/stand_ins`} tabIndex={-1}>
      <legend className="h3">Who is in it</legend>
      {cast.map((role, place) => (
        <div key={role.id} className="workpair">
          <TextField path={`/cast/${place}/label`} label={place ? "Second part, in every scene" : "First part, in every scene"} what="Part" maxLength={40} />
          <SelectField
            path={`/scenes/${index}/stand_ins/${place}`} label="Played here by" what="Stand-in" options={standIns}
            onPick={(now, name) => playedBy(now, index, place, name)}
          />
        </div>
      ))}
      <Tool onPress={toggle}>{isForTwo ? "For one person" : "For two people"}</Tool>
    </fieldset>
  );
}

/** A scene that names too few gets one for each part. */
function playedBy(document, index, place, name) {
  const path = `/scenes/${index}/stand_ins`;
  const played = document.scenes[index].stand_ins ?? [];
  if (place < played.length) return change(document, `${path}/${place}`, name);
  return change(document, path, [...played, ...Array.from({ length: place - played.length }, () => name), name]);
}
