import { useId } from "react";

import { change } from "./workbench_ops.js";
import { Parameters } from "./workbench_effect.jsx";
import { NumberField, TextField, Tool } from "./workbench_fields.jsx";
import { MOST_KEYWORDS, MOST_LETTERS, MOST_SEES, MOST_WORDS } from "./workbench_limits.js";
import { useWorkbench, workbench } from "./workbench_store.js";

const edit = (ops, label) => workbench.edit(ops, label);

// What a new rule looks out for: the first that no other does.
const RULES = [
  { any: ["rain"], sets: { rain: 0.8 } }, { any: ["night"], sets: { hour: 21.5 } }, { any: ["clouds"], sets: { clouds: 1 } },
  { any: ["sun"], sets: { clouds: 0 } }, { any: ["morning"], sets: { hour: 7 } }, { any: ["beach"], sets: { backdrop: "beach" } },
];

/** Words that people type: how many, which not, what they say to a diffusion model and what the darkroom makes of them. */
export function TextKnob({ base, knob, settings }) {
  const { document } = useWorkbench();
  const sees = knob.sees ?? [];
  const used = new Set(sees.flatMap((each) => each.any ?? []));
  const rule = RULES.find(({ any: [word] }) => !used.has(word)) ?? RULES[0];
  const add = () => edit(change(document, `${base}/sees`, [...sees, rule]), "Rule added");
  return (
    <>
      <TextField path={`${base}/default`} label="Starts with" what="Knob start" maxLength={MOST_LETTERS} />
      <div className="workpair">
        <NumberField path={`${base}/max_length`} label="Letters at most" hint={`Up to ${MOST_LETTERS.toLocaleString("en")}`} what="Knob length" isWhole />
        <NumberField path={`${base}/max_words`} label="Words at most" hint={`Up to ${MOST_WORDS}, or empty`} what="Knob length" isWhole isOptional />
      </div>
      <Keywords path={`${base}/refuses`} words={knob.refuses ?? []} label="Words it does not take, with commas" isOptional />
      <TextField path={`${base}/words`} label="Say" what="Knob words" hint="{text} becomes what was typed." maxLength={300} />
      {sees.map((each, index) => (
        <fieldset key={index} className="workoption">
          <legend className="label">When it holds one of these</legend>
          <Keywords path={`${base}/sees/${index}/any`} words={each.any ?? []} label="Words, with commas" />
          <Parameters path={`${base}/sees/${index}/sets`} sets={each.sets} settings={settings} />
          <Tool onPress={() => edit([{ op: "remove", path: `${base}/sees/${index}` }], "Rule deleted")} isOff={sees.length <= 1}>
            Delete this rule
          </Tool>
        </fieldset>
      ))}
      <Tool onPress={add} isOff={sees.length >= MOST_SEES}>Look out for other words</Tool>
    </>
  );
}

/** A list of single words. `isOptional`: none at all is a list too. */
function Keywords({ path, words, label, isOptional = false }) {
  const id = useId();
  const { document, problems } = useWorkbench();
  const wrong = problems.find((each) => each.pointer === path || each.pointer.startsWith(`${path}/`));
  const put = (event) => {
    const list = event.target.value.split(/[\s,]+/).filter(Boolean).slice(0, MOST_KEYWORDS);
    if (list.join() === words.join()) return;
    if (list.length) edit(change(document, path, list), "Keywords changed");
    else if (isOptional && words.length) edit([{ op: "remove", path }], "Keywords taken out");
  };
  return (
    <div className="field" data-bad={wrong ? "yes" : "no"}>
      <label className="label" htmlFor={id}>{label}</label>
      <input id={id} key={words.join()} type="text" defaultValue={words.join(", ")} onBlur={put} data-path={path} autoComplete="off" />
      {wrong && <span className="small field__bad">{wrong.message}</span>}
    </div>
  );
}
