package sweep_test

import (
	"testing"
	"time"

	"assay.dev/assay/infra/internal/simtest"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
)

var now = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)

// region is an emulated region.
type region struct {
	*simtest.Region
	sim         *ocisim.Server
	api         *ociapi.Client
	credentials ocisim.Credentials
}

func newRegion(t *testing.T) *region {
	t.Helper()
	made := simtest.New(t)
	return &region{Region: made, sim: made.Sim, api: made.API, credentials: made.Credentials}
}

func (r *region) create(t *testing.T, path string, fields map[string]any) string {
	t.Helper()
	return r.Create(t, path, fields)
}
