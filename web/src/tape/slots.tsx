import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { MEDIA_STATES, MediaState, stateName } from "@/tape/media-state";
import { type Cell, fitsText, type Shelf } from "@/tape/model";
import { Place } from "@/tape/place";
import { pageAsked, pagesOf } from "@/tape/slot-pages";
import { StartLinks } from "@/jobs/starting";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Card } from "@/ui/page";
import { Empty } from "@/ui/states";

/** The storage slots: those of a page, or those that hold what somebody looks for. */
export function Slots({ shelf }: { shelf: Shelf }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const sought = search.get("find") ?? "";
  const found = sought === "" ? shelf.slots : shelf.slots.filter((cell) => fits(cell, sought));
  const pages = pagesOf(found);
  const page = pageAsked(search.get("page"), pages.length);
  const change = (name: "find" | "page", value: string) =>
    setSearch(
      (known) => {
        const next = new URLSearchParams(known);
        if (name === "find") next.delete("page");
        if (value === "" || value === "0") next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return (
    <Card
      title={t("tape.slots")}
      actions={
        <Input
          type="search"
          aria-label={t("tape.find")}
          placeholder={t("tape.find")}
          className="h-8 w-40 sm:w-64"
          value={sought}
          onChange={(event) => change("find", event.target.value)}
        />
      }
    >
      <div className="flex flex-col gap-3">
        <Legend shelf={shelf} />
        {pages.length > 1 && (
          <Pages pages={pages} page={page} onPage={(next) => change("page", String(next))} />
        )}
        <ul
          aria-label={t("tape.slots")}
          className="grid grid-cols-[repeat(auto-fill,minmax(8.75rem,1fr))] gap-2 empty:hidden"
        >
          {pages[page]?.map((cell) => (
            <Place key={cell.key} cell={cell} />
          ))}
        </ul>
        {found.length === 0 && (
          <Empty icon={SearchX} title={t("tape.findNone")}>
            {t("tape.findNoneHint")}
          </Empty>
        )}
      </div>
    </Card>
  );
}

function fits(cell: Cell, sought: string): boolean {
  return cell.held !== null && fitsText(cell.held, sought);
}

interface PagesProps {
  pages: readonly Cell[][];
  page: number;
  onPage: (page: number) => void;
}

function Pages({ pages, page, onPage }: PagesProps) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("tape.slotPages")} className="flex flex-wrap gap-1">
      {pages.map((own, at) => (
        <Button
          key={own[0]?.key}
          size="small"
          look={at === page ? "primary" : "plain"}
          aria-current={at === page ? "page" : undefined}
          onClick={() => onPage(at)}
        >
          {t("tape.slotsRange", { first: own[0]?.number ?? 0, last: own.at(-1)?.number ?? 0 })}
        </Button>
      ))}
    </nav>
  );
}

/** How many of each state there are, or how to come by cartridges where there are none. */
function Legend({ shelf }: { shelf: Shelf }) {
  const { t } = useTranslation();
  const held = [...shelf.slots, ...shelf.doors, ...shelf.drives].flatMap((one) => one.held ?? []);
  if (held.length === 0)
    return (
      <Empty title={t("tape.noMediaHere")}>
        <p className="mb-3">{t("tape.noMediaHereHint")}</p>
        <StartLinks
          types={["tape.changer_import", "tape.vtl_media_create"]}
          params={{ library: shelf.library.key }}
        />
      </Empty>
    );
  const states = held.map((one) => stateName(one.media?.state, one.kind));
  return (
    <ul aria-label={t("tape.legend")} className="flex flex-wrap gap-1">
      {MEDIA_STATES.map((state) => {
        const count = states.filter((one) => one === state).length;
        return count === 0 ? null : (
          <li key={state}>
            <MediaState state={state} count={count} />
          </li>
        );
      })}
    </ul>
  );
}
