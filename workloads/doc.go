// Package workloads holds the six services of the todo application, a folder
// for each, and internal packages that they share; see README.md. The package
// itself only tests that the services and their chart, deploy/charts/workloads,
// agree.
package workloads
