output "vcn_id" {
  description = "OCID of the VCN; the sweep finds everything else of a run through it."
  value       = oci_core_vcn.todo.id
}

output "public_subnet_id" {
  description = "OCID of the public subnet; load balancers name it in an annotation."
  value       = oci_core_subnet.public.id
}

output "private_subnet_id" {
  description = "OCID of the private subnet."
  value       = oci_core_subnet.private.id
}

output "cluster_id" {
  description = "OCID of the OKE cluster."
  value       = oci_containerengine_cluster.todo.id
}

output "kubernetes_version" {
  description = "Kubernetes version of the cluster, exact."
  value       = oci_containerengine_cluster.todo.kubernetes_version
}

output "node_pool_id" {
  description = "OCID of the node pool."
  value       = oci_containerengine_node_pool.todo.id
}

output "node_image_id" {
  description = "OCID of the node image that was chosen."
  value       = local.node_image_id
}

output "autonomous_database_id" {
  description = "OCID of the Autonomous Database."
  value       = oci_database_autonomous_database.todo.id
}

# OKE's kubeconfig asks for a token each time it is used and holds none. It is marked
# sensitive all the same, because what a cluster returns here is not ours to decide.
output "kubeconfig" {
  description = "Kubeconfig of the cluster; write it to a file of mode 0600."
  value       = data.oci_containerengine_cluster_kube_config.todo.content
  sensitive   = true
}
