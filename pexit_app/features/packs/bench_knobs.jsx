import { memo, useEffect, useId, useLayoutEffect, useRef } from "react";

import { SmallDraft } from "./bench_draft.jsx";
import { bench, useBench } from "./bench_store.js";
import { exposuresOf, grouped, inWords, isLong, majorTicks, notTaken, shownKnobs, wordsLeft } from "./bench_values.js";

const PAGE_STEPS = 5;

/** One step of history per gesture: a drag, a held key, a typed word. Native `change` tells that a gesture has ended. */
function useGestures() {
  const host = useRef(null);
  useEffect(() => {
    const element = host.current;
    let isHeld = false;
    const listeners = {
      keydown: () => (isHeld = true),
      keyup: ({ key, target }) => {
        isHeld = false;
        const isTyped = target.type === "text" || target.type === "textarea";
        if (bench.state.isLive && (!isTyped || (key === "Enter" && target.type === "text"))) bench.settle();
      },
      change: () => isHeld || bench.settle(),
      focusout: () => {
        isHeld = false;
        if (bench.state.isLive) bench.settle();
      },
    };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
    };
  }, []);
  return host;
}

/** The knobs of the selected scene. `strips`: each knob offers its test strip. */
export function BenchKnobs({ strips = true }) {
  const { pack, turned } = useBench();
  const host = useGestures();
  const groups = pack ? grouped(shownKnobs(pack, turned, bench.scene)) : [];
  return (
    <div ref={host} className="benchknobs">
      {groups.map(([heading, knobs]) => (
        <section key={heading} aria-label={heading || "Knobs"} className="knobs__group">
          {heading && <p className="label quiet">{heading}</p>}
          {knobs.map((knob) => (
            <Knob
              key={`${bench.scene.id} ${knob.id}`} knob={knob} value={bench.valueOf(knob)} aspect={bench.aspectOf(bench.scene)} strips={strips}
            />
          ))}
        </section>
      ))}
    </div>
  );
}

const FACES = { slider: Slider, choice: Choice, picture: Choice, toggle: Toggle, colour: Colour, text: Words };

/** Drawn anew when it is turned, not when another is: a scene may have sixty. */
const Knob = memo(function Knob({ knob, value, aspect, strips }) {
  const id = useId();
  const Face = FACES[knob.type];
  return <Face knob={knob} id={id} value={value} said={inWords(knob, value)} aspect={aspect} strips={strips} />;
});

function Hint({ knob, id }) {
  return knob.hint ? <span id={`${id}-hint`} className="knob__hint">{knob.hint}</span> : null;
}

const describedBy = (knob, id) => (knob.hint ? `${id}-hint` : undefined);

function StripButton({ knob }) {
  if (exposuresOf(knob).length < 3) return null;
  return (
    <button type="button" className="knob__strip small" onClick={() => bench.openStrip(knob)}>
      Test strip<span className="vh"> of {knob.label}</span>
    </button>
  );
}

function Slider({ knob, id, value, said, strips }) {
  const page = (event) => {
    const by = { PageUp: 1, PageDown: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const far = Math.max(knob.step * PAGE_STEPS, (knob.max - knob.min) / 10);
    const steps = Math.max(1, Math.round(far / knob.step));
    const next = Math.min(knob.max, Math.max(knob.min, value + by * steps * knob.step));
    bench.turn(knob, Number(next.toFixed(6)));
  };
  return (
    <div className="knob" data-knob={knob.id}>
      <label htmlFor={id} className="knob__label">{knob.label}</label>
      <output htmlFor={id} className="figure">{said}</output>
      <Hint knob={knob} id={id} />
      {strips && <StripButton knob={knob} />}
      <div className="knob__scale" data-major={majorTicks(knob)}>
        <input
          id={id} type="range" min={knob.min} max={knob.max} step={knob.step} value={value} aria-valuetext={said}
          aria-describedby={describedBy(knob, id)} onKeyDown={page}
          onChange={(event) => bench.turn(knob, event.target.valueAsNumber)}
        />
      </div>
      <div className="knob__ends code" aria-hidden="true">
        <span>{inWords(knob, knob.min)}</span>
        <span>{inWords(knob, knob.max)}</span>
      </div>
    </div>
  );
}

function Choice({ knob, id, value, said, aspect }) {
  return (
    <fieldset className="knob" data-knob={knob.id} aria-describedby={describedBy(knob, id)}>
      <legend className="knob__label">{knob.label}</legend>
      <output className="figure">{said}</output>
      <Hint knob={knob} id={id} />
      <div className="swatches" data-ratio={aspect}>
        {knob.options.map((option) => (
          <label className="swatch" key={option.value}>
            <input
              type="radio" name={id} value={option.value} checked={option.value === value}
              onChange={() => bench.turn(knob, option.value)}
            />
            <SmallDraft slot={`${knob.id}.${option.value}`} spec={{ knob: knob.id, value: option.value }} rank={2} />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Toggle({ knob, id, value }) {
  return (
    <div className="knob knob--row" data-knob={knob.id}>
      <span>
        <label htmlFor={id} className="knob__label">{knob.label}</label>
        <Hint knob={knob} id={id} />
      </span>
      <span className="switch code">
        <input
          id={id} type="checkbox" role="switch" checked={value} aria-describedby={describedBy(knob, id)}
          onChange={(event) => bench.turn(knob, event.target.checked)}
        />
        <i aria-hidden="true">Off</i>
        <i aria-hidden="true">On</i>
      </span>
    </div>
  );
}

function Colour({ knob, id, value, said }) {
  return (
    <div className="knob knob--row" data-knob={knob.id}>
      <span>
        <label htmlFor={id} className="knob__label">{knob.label}</label>
        <span className="code quiet">{said}</span>
        <Hint knob={knob} id={id} />
      </span>
      <input
        id={id} type="color" value={value} aria-describedby={describedBy(knob, id)}
        onChange={(event) => bench.turn(knob, event.target.value.toLowerCase())}
      />
    </div>
  );
}

/** Many lines of words, in a field that grows with them. */
function LongWords({ knob, id, value }) {
  const field = useRef(null);
  useLayoutEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${field.current.scrollHeight + 2}px`;
  }, [value]);
  return (
    <textarea
      ref={field} id={id} rows={5} value={value} maxLength={knob.max_length} aria-describedby={describedBy(knob, id)}
      onChange={(event) => bench.turn(knob, event.target.value)}
    />
  );
}

function Words({ knob, id, value }) {
  const left = knob.max_length - value.length;
  const wrong = notTaken(knob, value);
  return (
    <div className="knob" data-knob={knob.id}>
      <label htmlFor={id} className="knob__label">{knob.label}</label>
      <span className="code quiet">{wordsLeft(knob, value) ?? `${left.toLocaleString("en")} left`}</span>
      <Hint knob={knob} id={id} />
      {isLong(knob) ? (
        <LongWords knob={knob} id={id} value={value} />
      ) : (
        <input
          id={id} type="text" value={value} maxLength={knob.max_length} autoComplete="off"
          aria-describedby={describedBy(knob, id)} onChange={(event) => bench.turn(knob, event.target.value)}
        />
      )}
      {wrong && <span className="field__bad" role="status">{wrong}</span>}
    </div>
  );
}
