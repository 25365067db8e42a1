import { useState } from "react";

import { bench, useBench } from "../../packs/bench/bench_store.js";
import { differing } from "../../packs/bench/bench_values.js";
import { SelectField, TextField, Tool } from "./workbench_fields.jsx";
import { ask, useTold } from "./workbench_life.js";
import { MOST_SAMPLES } from "./workbench_limits.js";
import { coverWith } from "./workbench_ops.js";
import { addPicture, asOnBench, mayGo, picturesOf, picturing } from "./workbench_picture_ops.js";
import { Sight } from "./workbench_sights.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

const OWN_FIELDS = ["/scene", "/alt"]; // these say themselves what is wrong with them
const SOURCES = { frame: "A frame of yours", kept: "From the file", house: "The house renders it" };

/** What the shop shows of the pack: its cover and its samples, each with where it comes from. */
export function Pictures() {
  const { document, problems, scene } = useWorkbench();
  const [chosen, setChosen] = useState("cover");
  const shown = useTold("pictures");
  const pictures = picturesOf(document);
  const open = pictures.find(([, each]) => each?.name === chosen) ?? pictures[0];
  const here = document.scenes.find((each) => each.id === scene) ?? document.scenes[0];
  const add = () => {
    const { name, ops } = addPicture(document, here);
    workbench.edit(ops, "Picture added");
    setChosen(name);
  };
  return (
    <fieldset className="workform__set" data-path="/samples" tabIndex={-1}>
      <legend className="h3">Pictures in the shop</legend>
      <ul className="workshop" role="list">
        {pictures.map(([path, picture], index) => (
          <li key={picture?.name ?? path}>
            <Shown
              path={path} index={index} picture={picture} told={shown.data?.find((each) => each.name === picture?.name)} isOpen={path === open?.[0]}
              isBad={problems.some((each) => each.severity === "error" && (each.pointer === path || each.pointer.startsWith(`${path}/`)))}
              onOpen={() => setChosen(picture?.name)}
            />
          </li>
        ))}
      </ul>
      {shown.wrong && <p className="small field__bad" role="alert">{shown.wrong}</p>}
      <Wrong found={problems.filter(({ pointer }) => pointer === "/samples" || pointer === "/cover")} />
      {!document.cover && <Tool data-path="/cover" onPress={() => workbench.edit(coverWith(document, here.id), "Cover chosen")}>Take this scene as the cover</Tool>}
      {(document.samples ?? []).length < MOST_SAMPLES && <Tool onPress={add}>Add a picture of this scene</Tool>}
      {open && <Picture key={open[1]?.name} path={open[0]} picture={open[1]} told={shown.data?.find((each) => each.name === open[1]?.name)} again={shown.again} />}
    </fieldset>
  );
}

function Wrong({ found }) {
  return found.map((each) => <p key={`${each.pointer} ${each.message}`} className={`small field__bad ${each.severity === "error" ? "" : "field__bad--warn"}`}>{each.message}</p>);
}

function Shown({ path, index, picture, told, isOpen, isBad, onOpen }) {
  const name = index ? `Sample ${index}` : "Cover";
  return (
    <button type="button" className="frame workshop__one" data-state="done" data-path={path} aria-pressed={isOpen} onClick={onOpen}>
      <span className="frame__view"><span className="frame__pic">{told?.url && <Sight key={told.url} url={told.url} alt={picture?.alt ?? ""} />}</span></span>
      <span className="rebate code"><b>{name}</b>{isBad && <span className="workreel__bad">mend</span>}</span>
    </button>
  );
}

/** One picture: its scene, its words, and where it is taken from. */
function Picture({ path, picture, told, again }) {
  const { document, problems } = useWorkbench();
  const [isPicking, setIsPicking] = useState(false);
  const scenes = document.scenes.map((scene) => [scene.id, scene.title || "Untitled"]);
  const what = path === "/cover" ? "Cover" : "Sample";
  const release = async () => {
    try {
      await ask("DELETE", `pictures/${picture.name}`);
    } catch (error) {
      workbench.say(error.message);
    }
    again();
  };
  const remove = () => {
    workbench.edit([{ op: "remove", path }], "Picture taken out");
    workbench.say("The picture is taken out. Undo brings it back.");
  };
  return (
    <div className="workshop__open">
      <p className="small"><b>{told ? SOURCES[told.source] : "Looking"}.</b> {told?.said && `What was picked is left out: ${told.said[0].toLowerCase()}${told.said.slice(1)}`}</p>
      <SelectField path={`${path}/scene`} label="The scene on it" what={what} options={scenes} onPick={(now, scene) => picturing(now, path, scene)} />
      <TextField path={`${path}/alt`} label="What it shows, for people who do not see it" what={`${what} text`} maxLength={160} />
      <Wrong found={problems.filter(({ pointer }) => pointer.startsWith(`${path}/`) && !OWN_FIELDS.includes(pointer.slice(path.length)))} />
      <div className="workacts" role="group" aria-label="Where it is taken from">
        <FromBench path={path} />
        <Tool onPress={() => setIsPicking(!isPicking)} aria-expanded={isPicking}>Pick a frame</Tool>
        {told && told.source !== "house" && <Tool onPress={release}>Let the house render it</Tool>}
        {mayGo(document, path) && <Tool onPress={remove}>Take it out</Tool>}
      </div>
      {isPicking && <Frames name={picture.name} onPicked={() => setIsPicking(false)} again={again} />}
    </div>
  );
}

function FromBench({ path }) {
  const { pack } = useBench();
  const take = () => {
    const { turned, seed } = bench.state;
    const { scene } = bench;
    const knobs = differing(pack, turned, scene);
    workbench.edit(asOnBench(workbench.state.document, path, { scene: scene.id, knobs, seed: seed ?? scene.seed }), "Picture taken from the bench");
    workbench.say("It shows what is on the bench, with the knobs as they stand. Read again what it says it shows.");
  };
  return <Tool onPress={take} isOff={!pack}>As on the bench</Tool>;
}

/** Frames of one's own with this pack. What the pack no longer makes is there too, and says so. */
function Frames({ name, onPicked, again }) {
  const { document } = useWorkbench();
  const told = useTold("frames");
  const titleOf = (id) => document.scenes.find((each) => each.id === id)?.title ?? id;
  const pick = async (frame) => {
    if (!(await workbench.travel(`pictures/${name}`, { frame_id: frame.id }, { method: "PUT" }))) return;
    workbench.say(`Frame ${frame.number} is picked. Read again what it says it shows.`);
    onPicked();
    again();
  };
  if (told.wrong) return <p className="small field__bad" role="alert">{told.wrong}</p>;
  if (!told.data) return <p className="small quiet">Looking through your sheets.</p>;
  if (!told.data.length) {
    return (
      <p className="small quiet">
        No frame yet that could stand here. Publish the pack, unlisted if nobody shall see it, shoot it in the studio with its stand-ins, and pick here what came out. Frames with somebody's own face are not offered: whoever it is could not take it back.
      </p>
    );
  }
  return (
    <ul className="workshop" role="list" aria-label="Frames of yours">
      {told.data.map((frame) => (
        <li key={frame.id}>
          <button
            type="button" className="frame workshop__one" data-state="done" data-mark={frame.mark} aria-disabled={Boolean(frame.said)}
            onClick={() => frame.said || pick(frame)}
          >
            <span className="frame__view"><span className="frame__pic"><img src={frame.url} alt={`Frame ${frame.number}, ${titleOf(frame.scene)}`} loading="lazy" /></span></span>
            <span className="rebate code"><b>{frame.number}</b><span>v{frame.version}</span></span>
            {frame.said && <span className="workshop__said small">{frame.said}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
