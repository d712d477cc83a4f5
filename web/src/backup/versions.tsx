import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useVersions } from "@/backup/looking";
import { bytes } from "@/format/bytes";
import { useMay } from "@/session/session";
import { Dialog } from "@/ui/dialog";
import { SimpleTable } from "@/ui/simple-table";
import { Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

interface VersionsDialogProps {
  client: string;
  path: string;
  /** A run that has it. */
  run: number | null;
  onClose: () => void;
}

/** Every version of a file, each to be restored from the run that has it. */
export function VersionsDialog({ client, path, run, onClose }: VersionsDialogProps) {
  const { t } = useTranslation();
  const may = useMay();
  const filters = { client, path, ...(run !== null && { runs: String(run) }) };
  const versions = useVersions(filters, run !== null);
  return (
    <Dialog wide open onOpenChange={onClose} title={t("backup.versions")} description={path}>
      {versions.isPending && <Loading />}
      {versions.isError && <Failed problem={versions.error} />}
      {versions.data && (
        <SimpleTable
          label={t("backup.versions")}
          columns={[
            t("backup.run"),
            t("backup.modified"),
            t("backup.size"),
            t("backup.volume"),
            t("ui.actions"),
          ]}
          rows={versions.data.items.map((version) => ({
            key: version.key,
            cells: [
              version.run,
              <When exact at={version.modified_at} />,
              version.size_bytes === null ? "–" : bytes(version.size_bytes),
              version.volume,
              may("jobs:submit") && (
                <Link
                  className="text-accent underline"
                  to="/jobs/new/backup.restore"
                  state={{ params: { client, runs: [version.run], paths: [path] } }}
                >
                  {t("backup.restoreThis")}
                </Link>
              ),
            ],
          }))}
        />
      )}
    </Dialog>
  );
}
