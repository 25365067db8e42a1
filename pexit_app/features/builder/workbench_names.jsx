import { useEffect, useId, useRef, useState } from "react";

import { change } from "./workbench_ops.js";
import { workbench } from "./workbench_store.js";

const TYPED = /\{([a-z0-9_]*)$/i; // an open brace and what was typed after it, up to the caret
const REST = /^[a-z0-9_]*\}?/i; // what of a name stands behind the caret

/** Everything that may stand in braces in the words of a scene: [{name, label, kind}, ...]. */
export function namesOf(document, scene) {
  const cast = (document.cast ?? []).map((role) => ({ name: role.id === "other" ? "other" : "person", label: role.label, kind: "part" }));
  const wide = (document.knobs ?? []).map((knob) => ({ name: knob.id, label: knob.label, kind: "" }));
  const own = (scene.knobs ?? []).map((knob) => ({ name: knob.id, label: knob.label, kind: "this scene" }));
  return [...cast, ...wide, ...own];
}

const fitting = (names, typed) => {
  const wanted = typed.toLowerCase();
  const starts = names.filter(({ name }) => name.startsWith(wanted));
  const others = names.filter((each) => !starts.includes(each) && `${each.name} ${each.label}`.toLowerCase().includes(wanted));
  return [...starts, ...others];
};

/** Puts `name` in braces in the place of what stands from `from` to `to` in the field. */
export function putName(field, path, name, from = field.selectionStart, to = field.selectionEnd) {
  const chip = `{${name}}`;
  const words = field.value.slice(0, from) + chip + field.value.slice(to);
  workbench.edit(change(workbench.state.document, path, words), "Words changed", { isTyped: true });
  requestAnimationFrame(() => {
    field.focus();
    field.setSelectionRange(from + chip.length, from + chip.length);
  });
}

/** Typing `{` in a field of words opens the names that may stand there; what is typed on narrows them down. Answers with
 * props for the field, and with the list to be shown right below it. */
export function useNames(field, path, names) {
  const [asked, setAsked] = useState(null); // {from, typed, at}: where the brace stands, what follows, which name is marked
  const id = useId();
  const found = asked ? fitting(names, asked.typed) : [];
  const isOpen = found.length > 0;
  const close = () => setAsked(null);
  const look = (isTyped) => {
    const { value, selectionStart: caret, selectionEnd } = field.current;
    const open = caret === selectionEnd ? TYPED.exec(value.slice(0, caret)) : null;
    if (!open) return close();
    if (isTyped || asked?.from === open.index) setAsked({ from: open.index, typed: open[1], at: 0 });
    return undefined;
  };
  const put = ({ name }) => {
    const { value, selectionStart: caret } = field.current;
    close();
    putName(field.current, path, name, asked.from, caret + REST.exec(value.slice(caret))[0].length);
  };
  const keys = (event) => {
    if (!isOpen) return;
    const last = found.length - 1;
    const to = { ArrowDown: asked.at === last ? 0 : asked.at + 1, ArrowUp: asked.at === 0 ? last : asked.at - 1 }[event.key];
    if (to !== undefined) setAsked({ ...asked, at: to });
    else if (event.key === "Enter" || event.key === "Tab") put(found[asked.at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  };
  const props = {
    onInput: () => look(true), onKeyDown: keys, onSelect: () => asked && look(false), onBlurCapture: close,
    "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": isOpen ? id : undefined,
    "aria-activedescendant": isOpen ? `${id}-${asked.at}` : undefined,
  };
  return { props, list: <Names id={id} found={found} at={asked?.at ?? 0} onPut={put} /> };
}

function Names({ id, found, at, onPut }) {
  const box = useRef(null);
  useEffect(() => {
    box.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at, found.length]);
  const count = found.length === 1 ? "1 name" : `${found.length} names`;
  return (
    <div className="worknames">
      <span className="vh" role="status">{found.length ? `${count}. Up and down choose, Enter puts it in, Escape leaves it.` : ""}</span>
      {found.length > 0 && (
        <ul className="worknames__list" role="listbox" id={id} ref={box} tabIndex={0} aria-label="What may stand in braces">
          {found.map((each, index) => (
            <li
              key={each.name} id={`${id}-${index}`} role="option" aria-selected={index === at}
              onPointerDown={(event) => event.preventDefault()} onClick={() => onPut(each)}
            >
              <b className="code">{`{${each.name}}`}</b>
              <span className="small">{each.label}</span>
              <span className="small quiet">{each.kind}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
