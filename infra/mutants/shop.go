package main

// The guards of the sample shop go with it.
func init() {
	guards = append(guards, guard{
		"one receipt per payment, not per event", "functions/send-receipt/receipt.go",
		`key: "receipt/" + p,`, `key: "receipt/" + e.ID,`, named("SameMoment|SameMails", "functions/send-receipt"),
	})
}
