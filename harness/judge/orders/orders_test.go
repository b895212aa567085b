package orders

import "testing"

func TestTheFixtureLoads(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Events) != 3 || len(s.Load.Requests) != 3 || len(s.Schemas.Families()) != 3 {
		t.Errorf("%d families, %d requests, %d schemas", len(s.Events), len(s.Load.Requests), len(s.Schemas.Families()))
	}
}
