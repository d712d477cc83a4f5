import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import type { State } from "@/api/types";
import { filtersOf, type JobFilters, searchOf, STATES } from "@/jobs/filters";
import { jobTypesQuery } from "@/jobs/queries";
import { title as titled } from "@/format/words";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Input, Select } from "@/ui/field";

const TYPED_MS = 300;

/** The filters; each change is an address, so that "back" undoes it. */
export function FilterBar() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filters = filtersOf(search);
  const change = (next: JobFilters, replace = false) => setSearch(searchOf(next), { replace });
  return (
    <div role="search" aria-label={t("jobs.title")} className="flex flex-wrap items-center gap-2">
      <SearchBox filters={filters} change={change} />
      <StateChips filters={filters} change={change} />
      <TypeChoice filters={filters} change={change} />
      {search.size > 0 && (
        <Button look="quiet" onClick={() => change({})}>
          <X aria-hidden /> {t("jobs.clear")}
        </Button>
      )}
    </div>
  );
}

interface PartProps {
  filters: JobFilters;
  change: (next: JobFilters, replace?: boolean) => void;
}

function without<Key extends keyof JobFilters>(
  filters: JobFilters,
  key: Key,
): Omit<JobFilters, Key> {
  const { [key]: removed, ...rest } = filters;
  return rest;
}

function SearchBox({ filters, change }: PartProps) {
  const { t } = useTranslation();
  const applied = filters.q ?? "";
  const [text, setText] = useState(applied);
  const [shown, setShown] = useState(applied);
  if (shown !== applied) {
    // The address has changed by itself: "back", or a link.
    setShown(applied);
    setText(applied);
  }
  useEffect(() => {
    if (text === applied) return;
    const timer = setTimeout(
      () => change(text === "" ? without(filters, "q") : { ...filters, q: text }, true),
      TYPED_MS,
    );
    return () => clearTimeout(timer);
  });
  return (
    <Input
      type="search"
      aria-label={t("jobs.search")}
      title={t("jobs.searchHint")}
      placeholder={t("jobs.search")}
      className="w-64"
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

function StateChips({ filters, change }: PartProps) {
  const { t } = useTranslation();
  const chosen = new Set(filters.state ?? []);
  const toggle = (state: State) => {
    const next = STATES.filter((one) => (one === state ? !chosen.has(one) : chosen.has(one)));
    change(next.length === 0 ? without(filters, "state") : { ...filters, state: next });
  };
  return (
    <div role="group" aria-label={t("jobs.columns.state")} className="flex flex-wrap gap-1">
      {STATES.map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={chosen.has(state)}
          onClick={() => toggle(state)}
          className={cx(
            "h-8 rounded-full border px-3 text-xs font-medium",
            chosen.has(state)
              ? "border-accent bg-accent-soft text-accent"
              : "border-line bg-surface hover:border-strong",
          )}
        >
          {t(`state.${state}`)}
        </button>
      ))}
    </div>
  );
}

function TypeChoice({ filters, change }: PartProps) {
  const { t } = useTranslation();
  const types = useQuery(jobTypesQuery);
  const subsystems = [...new Set((types.data ?? []).map((type) => type.subsystem))];
  const value = filters.type?.[0] ?? (filters.subsystem ? `${filters.subsystem}.` : "");
  const choose = (text: string) => {
    const rest = without(without(filters, "type"), "subsystem");
    if (text === "") change(rest);
    else if (text.endsWith(".")) change({ ...rest, subsystem: text.slice(0, -1) });
    else change({ ...rest, type: [text] });
  };
  return (
    <Select
      aria-label={t("jobs.type")}
      className="w-56"
      value={value}
      onChange={(event) => choose(event.target.value)}
    >
      <option value="">{t("jobs.anyType")}</option>
      {subsystems.map((subsystem) => (
        <optgroup key={subsystem} label={titled(subsystem)}>
          <option value={`${subsystem}.`}>
            {titled(subsystem)}: {t("jobs.anyType").toLowerCase()}
          </option>
          {(types.data ?? [])
            .filter((type) => type.subsystem === subsystem)
            .map((type) => (
              <option key={type.name} value={type.name}>
                {type.title}
              </option>
            ))}
        </optgroup>
      ))}
    </Select>
  );
}
