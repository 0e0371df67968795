package cloudformation

import "encoding/xml"

// Stack is what payhooks reads of a stack.
type Stack struct {
	ID          string `xml:"StackId"`
	Name        string `xml:"StackName"`
	Parent      string `xml:"ParentId"` // of the stack that it is nested in
	Description string `xml:"Description"`
	Status      string `xml:"StackStatus"`
	Reason      string `xml:"StackStatusReason"`
	Parameters  Values `xml:"Parameters"`
	Outputs     Values `xml:"Outputs"`
}

// Resource is what payhooks reads of a resource of a stack.
type Resource struct {
	Name   string `xml:"PhysicalResourceId"`
	Kind   string `xml:"ResourceType"`
	Status string `xml:"ResourceStatus"`
}

// DeleteComplete is the status of a resource, or of a stack, that is not there any more.
const DeleteComplete = "DELETE_COMPLETE"

// Values are parameters or outputs by their keys.
type Values map[string]string

// UnmarshalXML implements xml.Unmarshaler.
func (v *Values) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var list struct {
		Members []struct {
			ParameterKey, ParameterValue, OutputKey, OutputValue string
		} `xml:"member"`
	}
	if err := d.DecodeElement(&list, &start); err != nil {
		return err
	}
	*v = Values{}
	for _, m := range list.Members {
		(*v)[m.ParameterKey+m.OutputKey] = m.ParameterValue + m.OutputValue // a member is one of the two
	}
	return nil
}
