"""What is seen in a photo: faces, their shape and pose, and which pixels are the person."""
