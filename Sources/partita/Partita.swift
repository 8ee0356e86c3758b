@main enum Partita { static func main() {} }
