package dictionary

import "testing"

func TestEveryKindHasASample(t *testing.T) {
	whole, err := Make()
	if err != nil {
		t.Fatal(err)
	}
	before, all := len(whole), kinds
	defer func() { kinds = all }()
	for i := range all {
		kinds = append(append([]string{}, all[:i]...), all[i+1:]...)
		if without, err := Make(); err != nil || len(without) >= before {
			t.Errorf("%s adds nothing, %v", all[i], err)
		}
	}
	t.Logf("%d bytes", before)
}
