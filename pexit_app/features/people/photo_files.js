// Files as people hand them over: chosen, dropped or pasted.
const MEGABYTE = 1024 * 1024;
const FOLDER = "A folder. Open it and take the photos in it.";

/** Why a file is not even sent, in one sentence; "" if it is. What kind of picture it is the server judges. */
export function refusalOf(maxBytes) {
  return (file) => {
    if (file.isFolder) return FOLDER;
    if (file.size === 0) return "The file is empty.";
    if (file.size > maxBytes) {
      const size = (file.size / MEGABYTE).toFixed(1);
      return `${size} MB. A photo may have ${maxBytes / MEGABYTE} MB at most; save it smaller and add it again.`;
    }
    return "";
  };
}

/** What was dropped; a folder cannot be sent, and is named as such. */
export function droppedFiles(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  return items
    .map((item) => {
      const entry = item.webkitGetAsEntry?.();
      return entry?.isDirectory ? { name: entry.name, size: 0, isFolder: true } : item.getAsFile();
    })
    .filter(Boolean);
}

/** Pasted pictures all come as "image.png": they get the time as a name. */
export function pastedFiles(clipboard) {
  const pictures = [...(clipboard?.files ?? [])];
  const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
  return pictures.map((file, index) => {
    const ending = file.type.split("/")[1] || "png";
    const name = `pasted-${time}${index ? `-${index + 1}` : ""}.${ending}`;
    return file.name === "image.png" ? new File([file], name, { type: file.type }) : file;
  });
}

export const isFileDrag = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
