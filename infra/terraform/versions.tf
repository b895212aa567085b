terraform {
  # Validation of one variable against another came with 1.9.
  required_version = ">= 1.9.0"

  required_providers {
    oci = {
      source = "oracle/oci"
      # 4.40.0 is the oldest release whose schema has everything used here; the
      # offline build of the provider is that release. The lock file pins what a
      # machine with access to the registry installs.
      version = ">= 4.40.0"
    }
  }
}
