package strictjson

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseRefusesWhatIsNotOneObject(t *testing.T) {
	for _, raw := range []string{"", "null", "[]", "1", `"x"`, "{", `{"a":1}{}`, `{"a":1} x`, "\xff\xfe"} {
		if _, err := Parse([]byte(raw)); !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q) = %v, want ErrSyntax", raw, err)
		}
	}
}

func TestReadersReturnWhatTheDocumentHolds(t *testing.T) {
	o, err := Parse([]byte(`{"s":"x","n":null,"b":true,"l":["a","b"],"e":"low",
		"u":"0190163D-8694-739b-aea5-966c26f8ad91","t":"2026-02-15T09:30:00.5+01:00","o":{"in":"y"},"r":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := o.String("s"); got != "x" {
		t.Errorf("String = %q", got)
	}
	if got := o.NullableString("n"); got != nil {
		t.Errorf("NullableString = %v, want nil", *got)
	}
	if got := o.NullableTime("n"); got != nil {
		t.Errorf("NullableTime = %v, want nil", *got)
	}
	if !o.Bool("b") {
		t.Error("Bool = false")
	}
	if got := o.Strings("l"); !cmp.Equal(got, []string{"a", "b"}) {
		t.Errorf("Strings = %v", got)
	}
	if got := o.Enum("e", "low", "high"); got != "low" {
		t.Errorf("Enum = %q", got)
	}
	if got := o.UUID("u"); got != "0190163d-8694-739b-aea5-966c26f8ad91" {
		t.Errorf("UUID = %q, want lower case", got)
	}
	want := time.Date(2026, 2, 15, 8, 30, 0, 5e8, time.UTC)
	if got := o.Time("t"); !got.Equal(want) {
		t.Errorf("Time = %v, want %v", got, want)
	}
	if got := o.Object("o").String("in"); got != "y" {
		t.Errorf("nested String = %q", got)
	}
	if got := string(o.Raw("r")); got != "{}" {
		t.Errorf("Raw = %q", got)
	}
	o.NoOthers()
	if err := o.Err(); err != nil {
		t.Errorf("Err = %v", err)
	}
}

func TestEveryViolationIsCollectedWithItsPointer(t *testing.T) {
	o, err := Parse([]byte(`{"s":1,"b":"true","l":["a",null],"e":"LOW","u":"{0190163d-8694-739b-aea5-966c26f8ad91}",
		"t":"tomorrow","Title":"x","a/b~c":1,"o":{"in":false}}`))
	if err != nil {
		t.Fatal(err)
	}
	o.String("s")
	o.Bool("b")
	o.Strings("l")
	o.Enum("e", "low")
	o.UUID("u")
	o.Time("t")
	o.String("title")
	o.Object("o").String("in")
	o.Object("gone").String("in")
	o.NoOthers()

	var invalid *InvalidError
	if !errors.As(o.Err(), &invalid) {
		t.Fatalf("Err = %v, want *InvalidError", o.Err())
	}
	got := make([]string, len(invalid.Violations))
	for i, v := range invalid.Violations {
		got[i] = v.Pointer
	}
	want := []string{"/s", "/b", "/l", "/e", "/u", "/t", "/title", "/o/in", "/gone", "/Title", "/a~1b~0c"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pointers (-want +got):\n%s", diff)
	}
}

func TestIsUUID(t *testing.T) {
	for s, want := range map[string]bool{
		"0190163d-8694-739b-aea5-966c26f8ad91":          true,
		"0190163D-8694-739B-AEA5-966C26F8AD91":          true,
		"0190163d8694739baea5966c26f8ad91":              false,
		"urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91": false,
		"0190163d-8694-739b-aea5-966c26f8ad9z":          false,
		"":                                              false,
	} {
		if got := IsUUID(s); got != want {
			t.Errorf("IsUUID(%q) = %v, want %v", s, got, want)
		}
	}
}
