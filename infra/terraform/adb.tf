# Always Free: 1 OCPU and 20 GB, whatever is asked for; the API still wants both numbers.
# It speaks Oracle, so the application's state.postgresql store cannot use it: the cluster
# carries a PostgreSQL for that (see the spec findings).
resource "oci_database_autonomous_database" "todo" {
  compartment_id           = var.compartment_id
  db_name                  = var.adb_name
  display_name             = var.adb_display_name
  db_workload              = var.adb_workload
  is_free_tier             = var.adb_always_free
  cpu_core_count           = 1
  data_storage_size_in_tbs = 1
  admin_password           = var.adb_admin_password
  license_model            = "LICENSE_INCLUDED"
  freeform_tags            = local.tags

  # Always Free databases get their version from the service, which moves it on by itself.
  lifecycle {
    ignore_changes = [db_version]
  }
}
