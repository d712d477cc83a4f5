/** What narrows a list down; its page keeps it in the address. */
import { X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Input, Select } from "@/ui/field";

const TYPED_MS = 300;

interface FilterBarProps {
  /** What is filtered. */
  label: string;
  search: SearchProps;
  /** The other filters. */
  children: ReactNode;
  /** Undoes all of them; none: nothing is set. */
  onClear: (() => void) | undefined;
}

export function FilterBar({ label, search, children, onClear }: FilterBarProps) {
  const { t } = useTranslation();
  return (
    <div role="search" aria-label={label} className="flex flex-wrap items-center gap-2">
      <SearchBox {...search} />
      {children}
      {onClear && (
        <Button look="quiet" onClick={onClear}>
          <X aria-hidden /> {t("ui.clearFilters")}
        </Button>
      )}
    </div>
  );
}

interface SearchProps {
  label: string;
  hint?: string;
  value: string;
  /** Told once nobody has typed for a moment. */
  onChange: (text: string) => void;
}

function SearchBox({ label, hint, value, onChange }: SearchProps) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    // The address has changed by itself: "back", or a link.
    setShown(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPED_MS);
    return () => clearTimeout(timer);
  });
  return (
    <Input
      type="search"
      aria-label={label}
      title={hint}
      placeholder={label}
      className="w-full sm:w-64"
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

interface FilterChoiceProps {
  label: string;
  /** What it is called when nothing is chosen. */
  any: string;
  value: string | undefined;
  /** Values and what they are called. */
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
  className?: string;
}

/** One of a few, or "" for any. */
export function FilterChoice(props: FilterChoiceProps) {
  const { label, any, value = "", options, onChange, className } = props;
  // A value of an address that nothing has is shown all the same: it is what filters.
  const isStrange = value !== "" && !options.some(([known]) => known === value);
  return (
    <Select
      aria-label={label}
      className={cx("w-40", className)}
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
    </Select>
  );
}
