import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import type { State } from "@/api/types";
import { filtersOf, type JobFilters, ORDERS, searchOf, STATES } from "@/jobs/filters";
import { jobTypesQuery } from "@/jobs/queries";
import { title as titled } from "@/format/words";
import { cx } from "@/ui/cx";
import { Select } from "@/ui/field";
import { FilterBar, FilterChoice } from "@/ui/filter-bar";

/** The filters; each change is an address, so that "back" undoes it. */
export function JobFilterBar() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filters = filtersOf(search);
  const change = (next: JobFilters, replace = false) => setSearch(searchOf(next), { replace });
  return (
    <FilterBar
      label={t("jobs.title")}
      search={{
        label: t("jobs.search"),
        hint: t("jobs.searchHint"),
        value: filters.q ?? "",
        onChange: (q) => change(q === "" ? without(filters, "q") : { ...filters, q }, true),
      }}
      onClear={search.size > 0 ? () => change({}) : undefined}
    >
      <StateChips filters={filters} change={change} />
      <TypeChoice filters={filters} change={change} />
      <OrderChoice filters={filters} change={change} />
    </FilterBar>
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

function OrderChoice({ filters, change }: PartProps) {
  const { t } = useTranslation();
  const choose = (text: string) => {
    const sort = ORDERS.find((one) => one === text);
    change({ ...without(filters, "sort"), ...(sort && { sort }) });
  };
  return (
    <FilterChoice
      label={t("jobs.order")}
      any={t("jobs.orders.newest")}
      value={filters.sort}
      options={ORDERS.map((one) => [one, t(`jobs.orders.${one}`)])}
      onChange={choose}
    />
  );
}
