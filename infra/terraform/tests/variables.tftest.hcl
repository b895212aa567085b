# Rules of the input variables. The provider is mocked: no account and no emulator.

mock_provider "oci" {
  override_data {
    target = data.oci_core_services.oracle
    values = {
      services = [{ id = "service", name = "All FRA Services In Oracle Services Network", cidr_block = "all-fra-services-in-oracle-services-network", description = "" }]
    }
  }
  override_data {
    target = data.oci_identity_availability_domains.all
    values = {
      availability_domains = [
        { id = "1", name = "AD-1", compartment_id = "c" },
        { id = "2", name = "AD-2", compartment_id = "c" },
      ]
    }
  }
  override_data {
    target = data.oci_containerengine_node_pool_option.all
    values = {
      images              = []
      shapes              = ["VM.Standard.A1.Flex"]
      kubernetes_versions = ["v1.35.9", "v1.35.10", "v1.36.0"]
      sources = [
        { image_id = "newest", source_name = "Oracle-Linux-8.10-aarch64-2026.03.31-0-OKE-1.35.10-100", source_type = "IMAGE" },
        { image_id = "older", source_name = "Oracle-Linux-8.10-aarch64-2026.01.31-0-OKE-1.35.10-999", source_type = "IMAGE" },
        { image_id = "x86", source_name = "Oracle-Linux-8.10-2026.04.30-0-OKE-1.35.10-100", source_type = "IMAGE" },
        { image_id = "gpu", source_name = "Oracle-Linux-8.10-Gen2-GPU-2026.04.30-0-OKE-1.35.10-100", source_type = "IMAGE" },
        { image_id = "other-version", source_name = "Oracle-Linux-8.10-aarch64-2026.04.30-0-OKE-1.35.1-100", source_type = "IMAGE" },
      ]
    }
  }
}

variables {
  region             = "eu-frankfurt-1"
  compartment_id     = "ocid1.compartment.oc1..test"
  run_id             = "test"
  expires_at         = "2026-12-31T00:00:00Z"
  adb_admin_password = "Sunflower2026"
}

# Every run starts the provider for its schema, so one run refuses many values:
# each variable in expect_failures has to fail.

run "defaults_follow_the_specification" {
  command = plan

  assert {
    condition     = oci_core_vcn.todo.cidr_block == "10.0.0.0/16" && oci_core_vcn.todo.display_name == "todo-vcn"
    error_message = "The VCN is not the specification's."
  }
  assert {
    condition     = oci_core_subnet.public.cidr_block == "10.0.0.0/24" && oci_core_subnet.private.cidr_block == "10.0.1.0/24"
    error_message = "The subnets are not the specification's."
  }
  assert {
    condition     = oci_containerengine_node_pool.todo.node_config_details[0].size == 1
    error_message = "The default is one node, which costs nothing."
  }
  assert {
    condition     = oci_database_autonomous_database.todo.is_free_tier
    error_message = "The database is Always Free."
  }
  assert {
    condition     = oci_containerengine_cluster.todo.kubernetes_version == "v1.35.10"
    error_message = "1.35 stands for its newest patch, and 10 is newer than 9."
  }
  assert {
    condition     = oci_containerengine_node_pool.todo.node_source_details[0].image_id == "newest"
    error_message = "The image is the newest Arm one of the cluster's version."
  }
}

run "accepts_the_other_end_of_each_range" {
  command = plan
  variables {
    node_pool_size      = 2
    vcn_cidr            = "10.0.0.0/23"
    kubernetes_version  = "v1.35.10"
    boot_volume_size_gb = 32768
    node_memory_gb      = 128
    vcn_dns_label       = "abcdefghijklmno"
  }
  assert {
    condition     = oci_containerengine_node_pool.todo.node_config_details[0].size == 2
    error_message = "Two nodes are allowed."
  }
}

run "refuses_a_version_without_an_image" {
  command = plan
  variables { kubernetes_version = "v1.35.9" }
  expect_failures = [oci_containerengine_node_pool.todo]
}

run "refuses_a_version_that_is_not_offered" {
  command = plan
  variables { kubernetes_version = "1.28.2" }
  expect_failures = [oci_containerengine_cluster.todo]
}

run "refuses_what_is_too_large_or_too_weak" {
  command = plan
  variables {
    vcn_cidr            = "10.0.0.0/8"
    vcn_dns_label       = "abcdefghijklmnop"
    node_pool_size      = 3
    node_memory_gb      = 129
    boot_volume_size_gb = 49
    node_shape          = "VM.Standard.E4.Flex"
    adb_name            = "todo-db"
    adb_admin_password  = "sunflower"
    expires_at          = "tomorrow"
    extra_tags          = { "assay-run" = "other" }
    compartment_id      = "my-compartment"
    region              = "Frankfurt"
    run_id              = "My Run"
    api_allowed_cidrs   = []
    kubernetes_version  = "latest"
  }
  expect_failures = [
    var.vcn_cidr, var.vcn_dns_label, var.node_pool_size, var.node_memory_gb, var.boot_volume_size_gb, var.node_shape,
    var.adb_name, var.adb_admin_password, var.expires_at, var.extra_tags, var.compartment_id, var.region, var.run_id,
    var.api_allowed_cidrs, var.kubernetes_version,
  ]
}

run "refuses_what_is_too_small_or_outside" {
  command = plan
  variables {
    public_subnet_cidr    = "10.0.0.1/24"
    node_pool_size        = 0
    node_ocpus            = 0.5
    adb_admin_password    = "MyAdmin2026xyz"
    ingress_allowed_cidrs = ["everyone"]
    pods_cidr             = "pods"
    services_cidr         = "services"
    expires_at            = "2026-12-31T00:00:00+01:00"
  }
  expect_failures = [
    var.public_subnet_cidr, var.node_pool_size, var.node_ocpus, var.adb_admin_password,
    var.ingress_allowed_cidrs, var.pods_cidr, var.services_cidr, var.expires_at,
  ]
}

# A variable whose rule names another one is not looked at when that one fails.
run "refuses_subnets_that_overlap" {
  command = plan
  variables { private_subnet_cidr = "10.0.0.128/25" }
  expect_failures = [var.private_subnet_cidr]
}
