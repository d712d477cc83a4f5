import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import {
  filtersOf,
  type ListFilters,
  type ListState,
  searchOf,
  STATES,
} from "@/schedules/list-filters";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/field";

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
  return (
    <div role="search" aria-label={t("schedules.filter.label")} className="flex flex-wrap gap-2">
      <Input
        type="search"
        aria-label={t("schedules.filter.search")}
        placeholder={t("schedules.filter.search")}
        className="w-64"
        value={filters.q ?? ""}
        onChange={(event) => change({ ...filters, q: event.target.value }, true)}
      />
      <Select
        aria-label={t("schedules.filter.is")}
        className="w-36"
        value={filters.is ?? ""}
        onChange={(event) => change(withState(filters, event.target.value as ListState | ""))}
      >
        <option value="">{t("schedules.filter.any")}</option>
        {STATES.map((one) => (
          <option key={one} value={one}>
            {t(`schedules.filter.${one}`)}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t("schedules.filter.type")}
        className="w-56"
        value={filters.type ?? ""}
        onChange={(event) => change({ ...filters, type: event.target.value })}
      >
        <option value="">{t("schedules.filter.anyType")}</option>
        {types.map((type) => (
          <option key={type.name} value={type.name}>
            {type.title}
          </option>
        ))}
      </Select>
      {search.size > 0 && (
        <Button look="quiet" onClick={() => change({})}>
          <X aria-hidden /> {t("jobs.clear")}
        </Button>
      )}
    </div>
  );
}

function withState({ is, ...rest }: ListFilters, next: ListState | ""): ListFilters {
  return next === "" ? rest : { ...rest, is: next };
}
