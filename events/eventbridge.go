package events

import "fmt"

// EventBridge returns an envelope in which Stripe's EventBridge destination brings
// an event: snapshot-test, snapshot-live, connect, thin and ping, and malformed,
// whose detail-type is not the type of the event in it.
func EventBridge(name string) ([]byte, error) {
	body, err := FS.ReadFile("eventbridge/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("no sample of an EventBridge envelope %q", name)
	}
	return body, nil
}
