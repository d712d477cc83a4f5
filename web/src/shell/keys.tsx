import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "@/session/session";
import { PAGES } from "@/shell/pages";
import { useShortcut } from "@/shell/shortcuts";
import { Dialog } from "@/ui/dialog";

/** "?" lists the shortcuts; "n" starts a job. */
export function KeysDialog() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  useShortcut("?", () => setOpen(true));
  useShortcut("n", () => {
    if (may("jobs:submit")) void navigate("/jobs/new");
  });
  const pages = PAGES.filter((page) => may(page.permission));
  const rows: (readonly [string, string])[] = [
    ["Ctrl K", t("keys.palette")],
    ["?", t("keys.help")],
    ["n", t("keys.submit")],
    ["`", t("keys.drawer")],
    ...pages.map(
      ({ name, key }) => [`g ${key}`, t("keys.go", { page: t(`nav.${name}`) })] as const,
    ),
  ];
  return (
    <Dialog open={open} onOpenChange={setOpen} title={t("shell.shortcuts")}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
        {rows.map(([keys, text]) => (
          <div key={keys} className="contents">
            <dt>
              {keys.split(" ").map((key) => (
                <kbd
                  key={key}
                  className="border-line mr-1 rounded border px-1.5 py-0.5 font-mono text-xs"
                >
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
