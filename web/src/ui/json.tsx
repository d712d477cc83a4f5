import { useTranslation } from "react-i18next";

import { title } from "@/format/words";

/** Whatever an answer holds, as people read it: names and values, nested as they are. */
export function Json({ value }: { value: unknown }) {
  const { t } = useTranslation();
  if (value === null || value === undefined || value === "")
    return <span className="text-muted">–</span>;
  if (typeof value === "string") return <span className="break-words">{value}</span>;
  if (typeof value === "boolean") return <>{value ? t("ui.yes") : t("ui.no")}</>;
  if (Array.isArray(value)) {
    if (value.length === 0) return <span className="text-muted">–</span>;
    return (
      <ul className="flex flex-col gap-1">
        {value.map((one: unknown, at) => (
          // Items of an answer have no identity but their place.
          <li key={at}>
            <Json value={one} />
          </li>
        ))}
      </ul>
    );
  }
  if (typeof value === "object") return <Pairs value={value as Record<string, unknown>} />;
  return <span className="break-words">{JSON.stringify(value)}</span>;
}

function Pairs({ value }: { value: Record<string, unknown> }) {
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-4 gap-y-1">
      {Object.entries(value).map(([name, one]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{title(name)}</dt>
          <dd className="min-w-0">
            <Json value={one} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
