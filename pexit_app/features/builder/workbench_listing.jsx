import { SelectField, NumberField, TextField } from "./workbench_fields.jsx";
import { Pictures } from "./workbench_pictures.jsx";
import { Pricing } from "./workbench_pricing.jsx";

const CATEGORIES = [["outdoors", "Outdoors"], ["city", "City"], ["indoors", "Indoors"], ["studio", "Studio"], ["fantasy", "Fantasy"], ["print", "Print"]];
const STYLES = [["photograph", "Photograph"], ["print", "Print"], ["drawing", "Drawing"]];
const ASPECTS = [["1:1", "Square, 1:1"], ["4:5", "Portrait, 4:5"], ["2:3", "Tall, 2:3"], ["9:16", "Phone, 9:16"], ["16:9", "Wide, 16:9"]];
const INKS = ["rust", "magenta", "umber", "moss", "plum", "steel", "crimson", "bone", "navy", "teal", "ochre", "slate"];
const named = (name) => [name, name[0].toUpperCase() + name.slice(1)];

/** What the shop says of the pack. */
export function Listing() {
  return (
    <div className="workform">
      <TextField path="/title" label="Title" what="Title" maxLength={60} />
      <TextField path="/tagline" label="One line under it" what="Tagline" maxLength={160} />
      <TextField path="/description" label="What people get" what="Description" rows={5} maxLength={1200} />
      <div className="workpair">
        <SelectField path="/category" label="Shelf" what="Category" options={CATEGORIES} />
        <SelectField path="/style" label="Kind of picture" what="Style" options={STYLES} />
      </div>
      <SelectField path="/aspect" label="Shape of the pictures" what="Shape" options={ASPECTS} />
      <Prices />
      <Pictures />
      <fieldset className="workform__set">
        <legend className="h3">On the film</legend>
        <TextField path="/slug" label="Address" what="Address" hint="Small letters, digits and hyphens: /p/after-rain" maxLength={60} />
        <div className="workpair">
          <TextField path="/code" label="Code" what="Film code" hint="Three capitals." maxLength={3} />
          <SelectField path="/ink" label="Ink" what="Ink" options={INKS.map(named)} />
        </div>
        <TextField path="/creator" label="Made by" what="Creator" maxLength={40} />
      </fieldset>
    </div>
  );
}

/** What stands in every quote, beside the price of the render. */
function Prices() {
  return (
    <fieldset className="workform__set">
      <legend className="h3">Your price, in dust</legend>
      <div className="workpair">
        <NumberField path="/price_dust" label="Fee for a frame" what="Fee" standard={0} isWhole />
        <NumberField path="/unlock_dust" label="To unlock it, once" what="Unlock price" standard={0} isWhole />
      </div>
      <p className="small quiet">
        Both stand in every quote, beside the price of the render. The unlock price is paid with the first frame that arrives, and
        never again by the same person, whatever you ask later. To you the pack costs the render only.
      </p>
      <Pricing />
    </fieldset>
  );
}
