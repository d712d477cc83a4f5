import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { filtersOf, type ListFilters, searchOf, STATES } from "@/schedules/list-filters";
import { FilterBar, FilterChoice } from "@/ui/filter-bar";

interface ListFilterBarProps {
  /** Names and titles of the types that are scheduled. */
  types: readonly { name: string; title: string }[];
}

/** The filters; each is part of the address. */
export function ListFilterBar({ types }: ListFilterBarProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filters = filtersOf(search);
  const change = (next: ListFilters, replace = false) => setSearch(searchOf(next), { replace });
  const withState = ({ is: _before, ...rest }: ListFilters, text: string): ListFilters => {
    const is = STATES.find((one) => one === text);
    return { ...rest, ...(is && { is }) };
  };
  return (
    <FilterBar
      label={t("schedules.filter.label")}
      search={{
        label: t("schedules.filter.search"),
        value: filters.q ?? "",
        onChange: (q) => change({ ...filters, q }, true),
      }}
      onClear={search.size > 0 ? () => change({}) : undefined}
    >
      <FilterChoice
        label={t("schedules.filter.is")}
        any={t("schedules.filter.any")}
        value={filters.is}
        options={STATES.map((one) => [one, t(`schedules.filter.${one}`)])}
        onChange={(is) => change(withState(filters, is))}
      />
      <FilterChoice
        label={t("schedules.filter.type")}
        any={t("schedules.filter.anyType")}
        value={filters.type}
        options={types.map(({ name, title }) => [name, title])}
        onChange={(type) => change({ ...filters, type })}
        className="w-56"
      />
    </FilterBar>
  );
}
