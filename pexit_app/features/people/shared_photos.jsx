import { useEffect, useState } from "react";
import { useNavigate } from "react-router";

import { refusalOf } from "./photo_files.js";
import { queueTo } from "./photo_queue.js";

const WORKER = "/share.js";
const KEPT = "shared-photos"; // the worker's cache

// Photos that came through the phone's share sheet: they wait on the phone until it is said whose they are. Where a
// browser has no such thing, there are never any.
export function SharedPhotos({ people = [], maxBytes }) {
  const [addresses, setAddresses] = useState([]);
  const navigate = useNavigate();
  useEffect(() => {
    if (!navigator.serviceWorker || !globalThis.caches) return;
    navigator.serviceWorker.register(WORKER).catch(() => {}); // without it, photos come by the other ways
    kept().then((cache) => cache.keys()).then((requests) => setAddresses(requests.map((each) => each.url)));
  }, []);
  if (!addresses.length) return null;
  const drop = async () => {
    await caches.delete(KEPT);
    setAddresses([]);
  };
  const give = async ({ id }) => {
    const files = await Promise.all(addresses.map(fileAt));
    queueTo(`/api/v1/people/${id}/photos`).add(files, refusalOf(maxBytes));
    await drop();
    navigate(`/people/${id}`);
  };
  const count = addresses.length;
  return (
    <section className="note shared" aria-label="Shared photos">
      <strong>{count === 1 ? "One photo was shared. Whose is it?" : `${count} photos were shared. Whose are they?`}</strong>
      {people.length === 0 && <span>Add a person first; the photos wait here.</span>}
      <div className="row">
        {people.map((person) => (
          <button key={person.id} type="button" className="act" onClick={() => give(person)}>{person.name}</button>
        ))}
        <button type="button" className="act act--text" onClick={drop}>Drop them</button>
      </div>
    </section>
  );
}

const kept = () => caches.open(KEPT);

async function fileAt(address) {
  const answer = await (await kept()).match(address);
  const name = decodeURIComponent(address.split("/").at(-1));
  return new File([await answer.blob()], name, { type: answer.headers.get("Content-Type") });
}
