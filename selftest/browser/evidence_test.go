package browser_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/report"
)

// What checks keep as evidence is what the report reads: every member that one
// writes the other has, under the same name.
func TestReportReadsTheEvidenceOfChecks(t *testing.T) {
	var written expect.Evidence
	fields := reflect.ValueOf(&written).Elem()
	for i := range fields.NumField() {
		fields.Field(i).SetString(fields.Type().Field(i).Name)
	}
	raw, err := json.Marshal(written)
	check(t, err)
	var read report.Evidence
	check(t, json.Unmarshal(raw, &read))
	again, err := json.Marshal(read)
	check(t, err)
	if string(again) != string(raw) {
		t.Errorf("a check keeps %s, the report reads %s", raw, again)
	}
}
