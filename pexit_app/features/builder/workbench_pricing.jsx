import { useCallback, useEffect, useState } from "react";

import { Tool } from "./workbench_fields.jsx";
import { fullTimeOf, localOf } from "./workbench_life.js";
import { useWorkbench, workbench } from "./workbench_store.js";

const DOOR = "/api/v1/pricing";
const A_DAY_MS = 86_400_000;
const DUST = /^\d{1,5}$/;

async function ask(method, path, body) {
  const headers = body && { "Content-Type": "application/json" };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) }).catch(() => null);
  const told = answer?.status === 204 ? {} : await answer?.json().catch(() => null);
  if (!answer?.ok) throw new Error(told?.error?.message ?? "The server did not answer. Try again.");
  return told.data;
}

/** On what terms a published pack is had, beside its prices: at once, and of no version. Whoever is no creator yet is led there. */
export function Pricing() {
  const { published } = useWorkbench();
  const [pack, setPack] = useState(undefined); // its id, null before the first version
  const [tier, setTier] = useState("creator");
  useEffect(() => {
    let isHere = true;
    ask("GET", "/api/v1/me").then((me) => isHere && setTier(me.tier)).catch(() => {});
    workbench.terms().then(({ pack_id }) => isHere && setPack(pack_id)).catch(() => {}); // the head of the page says so
    return () => {
      isHere = false;
    };
  }, [published]);
  if (pack === undefined) return null;
  return (
    <>
      {tier === "starter" && (
        <p className="note small">Only a creator's pack may ask a price. <a href="/earnings">Become a creator</a>: it costs nothing.</p>
      )}
      {pack ? (
        <Kept pack={pack} />
      ) : (
        <p className="small quiet">Once it is published, it can have a launch price, coupons, and a share of what remixes earn.</p>
      )}
    </>
  );
}

function Kept({ pack }) {
  const { published } = useWorkbench();
  const [terms, setTerms] = useState(null);
  const [coupons, setCoupons] = useState([]);
  const [said, setSaid] = useState("");
  const look = useCallback(async () => {
    try {
      const [told, found] = await Promise.all([ask("GET", `${DOOR}/${pack}`), ask("GET", `${DOOR}/${pack}/coupons`)]);
      setTerms(told);
      setCoupons(found);
    } catch (error) {
      setSaid(error.message);
    }
  }, [pack]);
  useEffect(() => {
    look();
  }, [look, published]);
  const act = async (doing) => {
    setSaid("");
    try {
      await doing();
      await look();
      return true;
    } catch (error) {
      setSaid(error.message);
      return false;
    }
  };
  const set = (change) => act(() => ask("PATCH", `${DOOR}/${pack}`, change));
  const make = (coupon) => act(() => ask("POST", `${DOOR}/${pack}/coupons`, coupon));
  const end = (id) => act(() => ask("POST", `/api/v1/coupons/${id}/end`));
  if (!terms) return <p className="small field__bad" role="alert">{said}</p>;
  return (
    <div className="workprice">
      <p className="small">
        {terms.creator_percent} % of both are the creators', for each frame that is delivered. <a href="/earnings">Earnings</a>
      </p>
      {terms.royalties.length > 0 && <Paid royalties={terms.royalties} />}
      <p className="small field__bad" role="alert">{said}</p>
      <Launch key={terms.launch_until} terms={terms} onSet={set} />
      <Royalty key={terms.royalty_percent} terms={terms} onSet={set} />
      <Coupons coupons={coupons} onMake={make} onEnd={end} />
      <label className="tickline">
        <input type="checkbox" checked={Boolean(terms.archived_at)} onChange={(event) => set({ is_archived: event.target.checked })} />
        {" "}Archived: off the storefront, and rendered by those only who have used it
      </label>
    </div>
  );
}

function Paid({ royalties }) {
  return (
    <p className="small">
      Of what it earns, {royalties.map((each) => `${each.percent} % go to ${each.title} by ${each.creator}`).join(", and ")}: as was asked
      when it was first published.
    </p>
  );
}

function Launch({ terms, onSet }) {
  const [fee, setFee] = useState(String(terms.price_dust));
  const [unlock, setUnlock] = useState(String(terms.unlock_dust));
  const [until, setUntil] = useState("");
  if (terms.launch_until) {
    const isOver = new Date(terms.launch_until) <= new Date();
    return (
      <div className="note stack stack--tight">
        <p>
          <strong>Launch price{isOver ? ", over" : ""}</strong>
          {terms.launch_fee_dust} dust a frame, {terms.launch_unlock_dust} once, until {fullTimeOf(terms.launch_until)}.
        </p>
        <Tool onPress={() => onSet({ launch: null })}>{isOver ? "Forget it" : "End it now"}</Tool>
      </div>
    );
  }
  if (!terms.price_dust && !terms.unlock_dust) return null;
  const isRight = DUST.test(fee) && DUST.test(unlock) && until !== "";
  const send = (event) => {
    event.preventDefault();
    if (isRight) onSet({ launch: { fee_dust: Number(fee), unlock_dust: Number(unlock), until: new Date(until).toISOString() } });
  };
  return (
    <details className="workform__more">
      <summary>Cost less for a while</summary>
      <form className="workprice__form" onSubmit={send}>
        <Field id="launch-fee" label="Fee for a frame" value={fee} onValue={setFee} isNumber />
        <Field id="launch-unlock" label="To unlock it" value={unlock} onValue={setUnlock} isNumber />
        <Until id="launch-until" value={until} onValue={setUntil} most={59} />
        <button type="submit" className="act act--ink" aria-disabled={!isRight}>Set the launch price</button>
      </form>
    </details>
  );
}

function Royalty({ terms, onSet }) {
  const [percent, setPercent] = useState(String(terms.royalty_percent));
  const isRight = /^\d{1,2}$/.test(percent) && Number(percent) <= terms.most_royalty;
  const keep = (event) => {
    event.preventDefault();
    if (isRight) onSet({ royalty_percent: Number(percent) });
  };
  return (
    <form className="workprice__one" onSubmit={keep}>
      <Field
        id="royalty" label={`Of what its remixes earn, 0 to ${terms.most_royalty} %`} value={percent} onValue={setPercent} isBad={!isRight} isNumber
      />
      <button type="submit" className="act" aria-disabled={!isRight}>Keep</button>
      <p className="small quiet">It holds for remixes first published from now on, and is shown to everybody.</p>
    </form>
  );
}

function Coupons({ coupons, onMake, onEnd }) {
  return (
    <section className="workprice__coupons" aria-labelledby="coupons">
      <h3 className="label" id="coupons">Coupons</h3>
      {coupons.length > 0 && <ul>{coupons.map((coupon) => <Coupon key={coupon.id} coupon={coupon} onEnd={onEnd} />)}</ul>}
      <MakeCoupon onMake={onMake} />
    </section>
  );
}

function Coupon({ coupon, onEnd }) {
  const isOver = coupon.ended_at || new Date(coupon.expires_at) <= new Date();
  return (
    <li className="workprice__coupon">
      <span><a className="code" href={coupon.url}>{coupon.code}</a> {coupon.says}</span>
      <span className="figure" aria-label={`${coupon.taken} of ${coupon.takers} taken`}>{coupon.taken}/{coupon.takers}</span>
      <span className="small quiet">{isOver ? "Over" : `Until ${fullTimeOf(coupon.expires_at)}`}</span>
      {!isOver && <Tool onPress={() => onEnd(coupon.id)} aria-label={`End coupon ${coupon.code}`}>End it</Tool>}
    </li>
  );
}

function MakeCoupon({ onMake }) {
  const [code, setCode] = useState("");
  const [off, setOff] = useState("20");
  const [kind, setKind] = useState("percent");
  const [takers, setTakers] = useState("100");
  const [until, setUntil] = useState("");
  const isRight = code.trim().length >= 4 && DUST.test(off) && DUST.test(takers) && until !== "";
  const send = async (event) => {
    event.preventDefault();
    if (!isRight) return;
    const made = { code, [kind]: Number(off), takers: Number(takers), expires_at: new Date(until).toISOString() };
    if (await onMake(made)) setCode("");
  };
  return (
    <details className="workform__more">
      <summary>Make a coupon</summary>
      <form className="workprice__form" onSubmit={send}>
        <Field id="coupon-code" label="Code: letters, digits, hyphens" value={code} onValue={(text) => setCode(text.toUpperCase())} most={24} />
        <div className="field">
          <label className="label" htmlFor="coupon-kind">Takes off</label>
          <select id="coupon-kind" value={kind} onChange={(event) => setKind(event.target.value)}>
            <option value="percent">Percent</option>
            <option value="dust">Dust</option>
          </select>
        </div>
        <Field id="coupon-off" label="How much" value={off} onValue={setOff} isNumber />
        <Field id="coupon-takers" label="For so many people" value={takers} onValue={setTakers} isNumber />
        <Until id="coupon-until" value={until} onValue={setUntil} most={364} />
        <p className="small quiet">Each takes it once, for one order, off your fee and the unlock price.</p>
        <button type="submit" className="act act--ink" aria-disabled={!isRight}>Make the coupon</button>
      </form>
    </details>
  );
}

function Field({ id, label, value, onValue, most = 5, isNumber = false, isBad = false }) {
  return (
    <div className="field" data-bad={isBad ? "yes" : "no"}>
      <label className="label" htmlFor={id}>{label}</label>
      <input
        id={id} value={value} inputMode={isNumber ? "numeric" : "text"} maxLength={most} autoComplete="off" aria-invalid={isBad}
        onChange={(event) => onValue(isNumber ? event.target.value.trim() : event.target.value)}
      />
    </div>
  );
}

function Until({ id, value, onValue, most }) {
  const [soonest, furthest] = [1, most].map((days) => localOf(new Date(Date.now() + days * A_DAY_MS)));
  return (
    <div className="field">
      <label className="label" htmlFor={id}>Until</label>
      <input id={id} type="datetime-local" min={soonest} max={furthest} value={value} onChange={(event) => onValue(event.target.value)} />
    </div>
  );
}
