/** Dates of records as people read them. */

/**
 * A date as it is written in a record, with 00 for what is unknown: 1974-11-00 is November 1974. Other texts stay.
 * @param {string | null | undefined} text
 */
export function nameDate(text) {
  const [, year, month, day] = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text || "") || [];
  if (!year || Number(month) > 12 || Number(day || 0) > 31) return text || "";
  if (!Number(month)) return year;
  const date = new Date(`${year}-${month}-${Number(day) ? day : "01"}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return text || "";
  return date.toLocaleDateString("en", { year: "numeric", month: "long", day: Number(day) ? "numeric" : undefined, timeZone: "UTC" });
}
