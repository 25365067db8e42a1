import { useState } from "react";

const TRIES = 4;
const PAUSE_MS = 800;

/** What differs between two states of the draft: sentences, and pairs of pictures. `names` are those of the two sides. */
export function Compared({ found, names, same }) {
  if (!found.lines.length && !found.sights.length) return same ? <p className="small quiet">{same}</p> : null;
  return (
    <div className="workcompared">
      {!found.is_whole && <p className="small quiet">One side is not in order yet, so only the fields that differ are named.</p>}
      <ul className="workdiff">{found.lines.map((line) => <li key={line} className="small">{line}</li>)}</ul>
      {found.sights.length > 0 && (
        <ul className="worksights" role="list">
          {found.sights.map((sight) => (
            <li key={`${sight.title} ${sight.turned} ${sight.before_url} ${sight.after_url}`}><Pair sight={sight} names={names} /></li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Pair({ sight, names }) {
  const { title, turned, ratio } = sight;
  const of = `${title}${turned ? `, ${turned}` : ""}`;
  return (
    <figure className="worksight" data-ratio={ratio}>
      <div className="worksight__pair">
        <Side url={sight.before_url} name={names[0]} alt={`${of}: ${names[0].toLowerCase()}`} none={sight.after_url ? "Not there yet" : ""} />
        <Side url={sight.after_url} name={names[1]} alt={`${of}: ${names[1].toLowerCase()}`} none="Not there" />
      </div>
      <figcaption className="small"><b>{title}</b> {turned && <span className="code">{turned}</span>}</figcaption>
    </figure>
  );
}

function Side({ url, name, alt, none }) {
  return (
    <div className="worksight__side">
      {url ? <Sight key={url} url={url} alt={alt} /> : <span className="worksight__none small">{none}</span>}
      <span className="code code--up" aria-hidden="true">{name}</span>
    </div>
  );
}

/** A picture that is drawn when it is asked for. The darkroom may be busy with this person's other drafts: then once more. */
export function Sight({ url, alt }) {
  const [tries, setTries] = useState(0);
  const [isGone, setIsGone] = useState(false);
  const again = () => (tries < TRIES ? setTimeout(() => setTries(tries + 1), PAUSE_MS * (tries + 1)) : setIsGone(true));
  if (isGone) return <span className="worksight__none small">No picture came. Open this again to try once more.</span>;
  return <img key={tries} src={url} alt={alt} loading="lazy" decoding="async" onError={again} />;
}
