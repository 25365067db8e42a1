import { useRef } from "react";

import { refusalOf } from "./photo_files.js";
import { queueTo } from "./photo_queue.js";

const KINDS = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif";

// Two ways to hand over photos: from the files, and (on a device that is touched) straight from the camera.
export function PhotoPick({ url, maxBytes, label, camera, className = "" }) {
  const choose = (event) => {
    queueTo(url).add([...event.target.files], refusalOf(maxBytes));
    event.target.value = ""; // the same file can be chosen again
  };
  return (
    <div className={`pick ${className}`}>
      {camera && <Way label={camera} className="act act--ink pick__camera" onChange={choose} capture="user" accept="image/*" />}
      <Way label={label} className={camera ? "act pick__files" : "act"} onChange={choose} accept={KINDS} multiple />
    </div>
  );
}

function Way({ label, className, ...input }) {
  const field = useRef(null);
  return (
    <>
      <button type="button" className={className} onClick={() => field.current.click()}>{label}</button>
      <input ref={field} type="file" hidden aria-label={label} {...input} />
    </>
  );
}
