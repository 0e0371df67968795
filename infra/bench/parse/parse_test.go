package parse

import (
	"slices"
	"testing"
)

func TestMeasureHasEveryFigureOfEveryWay(t *testing.T) {
	f, err := Measure(1)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range f.Rows {
		names = append(names, r.Name)
		if r.US <= 0 || r.EventUS <= 0 || r.Allocations <= 0 {
			t.Errorf("%+v", r)
		}
	}
	if want := []string{"HMAC alone", "payhooks", "stripe-go", "payhooks, thin events"}; !slices.Equal(names, want) || f.Events < 200 || f.Thin == 0 || f.Bytes == 0 {
		t.Errorf("%+v", f)
	}
	if f.Rows[1].Times != 1 || f.Rows[3].Times != 0 {
		t.Errorf("times of payhooks' CPU: %+v", f.Rows)
	}
}

// A way that fails is no figure.
func TestMeasureFailsOnAnEventThatIsRefused(t *testing.T) {
	s := subject{name: "payhooks", all: []signed{{[]byte("{}"), "t=1,v1=00"}}, read: constructEvent}
	if err := s.round(); err == nil {
		t.Error("no error of a wrong signature")
	}
}
