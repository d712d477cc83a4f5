import { useTranslation } from "react-i18next";

import { DriveName, DriveSigns, DriveState } from "@/tape/drive";
import { JobLine } from "@/tape/job-line";
import { useDrives } from "@/tape/rows";
import { Card } from "@/ui/page";

/** Drives that stand alone; none, nothing. */
export function LoneDrives() {
  const { t } = useTranslation();
  const drives = useDrives();
  const lone = drives.data?.items.filter((drive) => drive.library === null) ?? [];
  if (lone.length === 0) return null;
  return (
    <Card title={t("tape.loneDrives")}>
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {lone.map((drive) => (
          <li key={drive.key} className="border-line flex flex-col gap-1 rounded-lg border p-2">
            <div className="flex items-center gap-2">
              <DriveName drive={drive} />
              <DriveState state={drive.state} />
            </div>
            {drive.barcode && <span className="font-mono">{drive.barcode}</span>}
            <DriveSigns drive={drive} />
            {drive.job && <JobLine job={drive.job} />}
          </li>
        ))}
      </ul>
    </Card>
  );
}
