import "@/text/i18n";

import { expect, it } from "vitest";

import { inWords, month, weekday } from "@/schedules/in-words";

it.each([
  ["* * * * *", "every minute"],
  ["*/5 * * * *", "every 5 minutes"],
  ["7 * * * *", "every hour at minute 07"],
  ["0,30 * * * *", "every 30 minutes"],
  ["5,35 * * * *", "every hour at minutes 05 and 35"],
  ["0 */2 * * *", "every 2 hours at minute 00"],
  ["*/15 8-17 * * *", "every 15 minutes from 08:00 to 17:45"],
  ["0 7-19 * * 1-5", "every hour at minute 00 from 07:00 to 19:00, from Monday to Friday"],
  ["30 2 * * *", "every day at 02:30"],
  ["30 2,14 * * *", "every day at 02:30 and 14:30"],
  ["30 2 * * 1-5", "from Monday to Friday at 02:30"],
  ["0 3 * * sat,sun", "on Saturday and Sunday at 03:00"],
  ["0 3 * * 7", "every Sunday at 03:00"],
  ["0 3 * * 0,3", "every Wednesday and Sunday at 03:00"],
  ["0 3 1 * *", "on day 1 of every month at 03:00"],
  ["0 3 1,15 * *", "on days 1 and 15 of every month at 03:00"],
  ["0 3 1 1,7 *", "on day 1 of January and July at 03:00"],
  ["0 3 24 12 *", "every year on 24 December at 03:00"],
  ["0 3 * 6 *", "every day in June at 03:00"],
  ["0 3 * 6 1", "every Monday in June at 03:00"],
  ["0 3 1 * 1", "on day 1 of every month and every Monday at 03:00"],
  ["* * * * 1", "every minute, every Monday"],
])("%s is said as: %s", (cron, said) => expect(inWords(cron)).toBe(said));

it.each([
  "*/7 * * * *",
  "0 1,5,6 * * *x",
  "0 0,1,2,3,5,8,9 * * *",
  "0 3 */2 * *",
  "0 3 1 6 1",
  "0 3 */16 * 1",
  "nonsense",
])("%s has no plain words, and stays cron", (cron) => expect(inWords(cron)).toBe(`cron ${cron}`));

it("names days and months", () => {
  expect(weekday(0)).toBe("Sunday");
  expect(weekday(6, "short")).toBe("Sat");
  expect(month(12)).toBe("December");
});
