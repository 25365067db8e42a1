import { useEffect, useRef, useState } from "react";

// One of the studio's own switches (view, drawer, ticket): where things stand on a narrow screen is the browser's affair
// alone. The value lives in the studio's data attribute, which the style sheet reads.
export function StudioSwitch({ name, on, off, label, labelOff = "", note = "", className = "", controls }) {
  const button = useRef(null);
  const [value, setValue] = useState(off);
  useEffect(() => {
    const studio = button.current.closest(".studio");
    const read = () => setValue(studio.dataset[name]);
    const watch = new MutationObserver(read);
    watch.observe(studio, { attributeFilter: [`data-${name}`] });
    read();
    return () => watch.disconnect();
  }, [name]);
  const turn = () => {
    button.current.closest(".studio").dataset[name] = value === on ? off : on;
  };
  return (
    <button
      ref={button} type="button" className={className} onClick={turn} aria-controls={controls}
      aria-expanded={value === on ? "true" : "false"}
    >
      <b>{value === on && labelOff ? labelOff : label}</b>
      {note && <span className="code">{note}</span>}
    </button>
  );
}
