package vals

import "testing"

func TestSecretsAreRefusedAndTheRestIsKept(t *testing.T) {
	got, err := new(Runtime).Eval(map[string]any{"values": []string{"a", "b"}, "of": map[string]any{"n": 1}})
	if err != nil {
		t.Fatal(err)
	}
	if list, ok := got["values"].([]any); !ok || len(list) != 2 || list[0] != "a" || list[1] != "b" {
		t.Errorf("the list became %v", got["values"])
	}
	if of, ok := got["of"].(map[string]any); !ok || of["n"] != 1 {
		t.Errorf("the map became %v", got["of"])
	}
	for name, value := range map[string]any{
		"alone":     "ref+vault://secret/of#key",
		"in a list": []any{"a", "secretref+file://x"},
		"in a text": "user:ref+echo://password",
		"deep":      map[string]any{"a": map[any]any{"b": []string{"ref+env://X"}}},
	} {
		if got, err := new(Runtime).Eval(map[string]any{"v": value}); err == nil {
			t.Errorf("%s: a reference to a secret was passed on as %v", name, got)
		}
	}
}
