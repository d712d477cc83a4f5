import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { type MediaFilters, mediaFiltersOf, NOBODY, valuesOf } from "@/tape/media-filters";
import { MEDIA_STATES } from "@/tape/media-state";
import type { MediaRow } from "@/tape/rows";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/field";

/** Text, pool, state and vault; each change is an address. */
export function MediaFilterBar({ rows }: { rows: readonly MediaRow[] }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filters = mediaFiltersOf(search);
  const change = (next: MediaFilters, replace = false) =>
    setSearch(new URLSearchParams(Object.entries(next).filter(([, value]) => value !== "")), {
      replace,
    });
  const states = valuesOf(rows, "state");
  const named = (value: string) => {
    const known = MEDIA_STATES.find((one) => one === value);
    return known === undefined ? value : t(`tape.state.${known}`);
  };
  return (
    <div role="search" aria-label={t("tape.media.title")} className="flex flex-wrap gap-2">
      <Input
        type="search"
        aria-label={t("tape.media.search")}
        placeholder={t("tape.media.search")}
        className="w-64"
        value={filters.q ?? ""}
        onChange={(event) => change({ ...filters, q: event.target.value }, true)}
      />
      <Choice
        label={t("tape.fact.pool")}
        any={t("tape.media.anyPool")}
        nobody={t("tape.media.noPool")}
        value={filters.pool}
        options={valuesOf(rows, "pool").map((value) => [value, value])}
        onChange={(pool) => change({ ...filters, pool })}
      />
      <Choice
        label={t("tape.fact.state")}
        any={t("tape.media.anyState")}
        nobody={t("tape.media.noState")}
        value={filters.state}
        options={states.map((value) => [value, named(value)])}
        onChange={(state) => change({ ...filters, state })}
      />
      <Choice
        label={t("tape.fact.vault")}
        any={t("tape.media.anyVault")}
        nobody={t("tape.media.noVault")}
        value={filters.vault}
        options={valuesOf(rows, "vault").map((value) => [value, value])}
        onChange={(vault) => change({ ...filters, vault })}
      />
      {Object.keys(filters).length > 0 && (
        <Button look="quiet" onClick={() => change({})}>
          <X aria-hidden /> {t("tape.media.clear")}
        </Button>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  any: string;
  nobody: string;
  value: string | undefined;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

function Choice({ label, any, nobody, value = "", options, onChange }: ChoiceProps) {
  // A value of an address that no row has is shown all the same: it is what filters.
  const isStrange = value !== "" && value !== NOBODY && !options.some(([known]) => known === value);
  return (
    <Select
      aria-label={label}
      className="w-40"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{any}</option>
      {isStrange && <option value={value}>{value}</option>}
      {options.map(([known, text]) => (
        <option key={known} value={known}>
          {text}
        </option>
      ))}
      <option value={NOBODY}>{nobody}</option>
    </Select>
  );
}
