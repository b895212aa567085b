locals {
  # Names of what the specification does not name begin like the VCN's.
  prefix = trimsuffix(var.vcn_name, "-vcn")

  tags = merge(var.extra_tags, {
    "assay-run"     = var.run_id
    "assay-expires" = var.expires_at
  })

  # IANA protocol numbers, which is how security rules name protocols.
  protocol = {
    all  = "all"
    icmp = "1"
    tcp  = "6"
  }
}
