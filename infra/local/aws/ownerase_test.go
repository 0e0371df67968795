package aws

import "testing"

func TestEraseTakesMessagesByEventAndByWholeMarks(t *testing.T) {
	e := Erase{Events: []string{"evt_1"}, Marks: []string{"pi_1", "+15550100123", "jenny@example.com", ""}}
	for message, want := range map[string]bool{
		`{"event":"evt_1","to":"x@example.com"}`:  true,
		`{"event":"evt_2","to":"x@example.com"}`:  false,
		`{"message":"Order pi_1 is on hold"}`:     true,
		`{"message":"Order pi_12 is on hold"}`:    false,
		`{"message":"Order api_1 is on hold"}`:    false,
		`{"message":"pi_12, pi_1"}`:               true,
		`{"to":"+15550100123","message":"hello"}`: true,
		`{"to":"jenny@example.com"}`:              true,
		`{"to":"old-jenny@example.com"}`:          false,
		`{"text":"To jenny@example.com."}`:        true,
		`{}`:                                      false,
	} {
		if got := e.theirs([]byte(message)); got != want {
			t.Errorf("%s: %t", message, got)
		}
	}
}
