import { useEffect, useRef } from "react";

// The strip of renders runs to the right: its newest end is in sight when it opens and whenever a frame is added.
export function HistoryFilm({ latest = "", children, ...rest }) {
  const film = useRef(null);
  useEffect(() => {
    film.current.scrollLeft = film.current.scrollWidth;
  }, [latest]);
  return <nav ref={film} className="history" tabIndex={-1} aria-label="History" {...rest}>{children}</nav>;
}
