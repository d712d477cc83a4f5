import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { type MediaFilters, mediaFiltersOf, NOBODY, valuesOf } from "@/tape/media-filters";
import { MEDIA_STATES } from "@/tape/media-state";
import type { MediaRow } from "@/tape/rows";
import { FilterBar, FilterChoice } from "@/ui/filter-bar";

/** Text, pool, state and vault; each change is an address. */
export function MediaFilterBar({ rows }: { rows: readonly MediaRow[] }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filters = mediaFiltersOf(search);
  const change = (next: MediaFilters, replace = false) =>
    setSearch(new URLSearchParams(Object.entries(next).filter(([, value]) => value !== "")), {
      replace,
    });
  const named = (value: string) => {
    const known = MEDIA_STATES.find((one) => one === value);
    return known === undefined ? value : t(`tape.state.${known}`);
  };
  const values = (name: "pool" | "state" | "vault", nobody: string) => [
    ...valuesOf(rows, name).map((one) => [one, name === "state" ? named(one) : one] as const),
    [NOBODY, nobody] as const,
  ];
  return (
    <FilterBar
      label={t("tape.media.title")}
      search={{
        label: t("tape.media.search"),
        value: filters.q ?? "",
        onChange: (q) => change({ ...filters, q }, true),
      }}
      onClear={Object.keys(filters).length > 0 ? () => change({}) : undefined}
    >
      <FilterChoice
        label={t("tape.fact.pool")}
        any={t("tape.media.anyPool")}
        value={filters.pool}
        options={values("pool", t("tape.media.noPool"))}
        onChange={(pool) => change({ ...filters, pool })}
      />
      <FilterChoice
        label={t("tape.fact.state")}
        any={t("tape.media.anyState")}
        value={filters.state}
        options={values("state", t("tape.media.noState"))}
        onChange={(state) => change({ ...filters, state })}
      />
      <FilterChoice
        label={t("tape.fact.vault")}
        any={t("tape.media.anyVault")}
        value={filters.vault}
        options={values("vault", t("tape.media.noVault"))}
        onChange={(vault) => change({ ...filters, vault })}
      />
    </FilterBar>
  );
}
